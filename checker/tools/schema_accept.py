"""The short answer to whether a value meets a schema: `True` is certain, `False` means "ask the engine".

A schema in, a function out. Nearly every manifest of a repository is valid, and loading the engine and compiling a schema
for it costs more than looking at a few hundred of them here. Only keywords whose meaning is the same in every draft are
known; a part of a schema with any other accepts nothing. Parts are made when a value first reaches them.
"""

from __future__ import annotations

from checker.model.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeAlias

    from checker.model.objects import JSONValue

Accepts: TypeAlias = "Callable[[JSONValue], bool]"
_Test: TypeAlias = "Accepts | frozenset[type]"
"""A set of Python types stands for a scalar of which nothing but the type is asked: most fields are of that sort."""

_NULL = type(None)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (_NULL,),
}
_ANYTHING: frozenset[type] = frozenset(kind for kinds in _TYPES.values() for kind in kinds)
_SILENT = frozenset(("$schema", "$comment", "title", "description", "default", "examples", "definitions", "deprecated", "readOnly"))
"""Keywords that restrict nothing. `id` and `$id`, which move references, are left to the engine."""
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_DEFINITIONS = "#/definitions/"
_BROKEN = (RecursionError, TypeError, AttributeError, ValueError, KeyError)
"""What a schema that is none, or one that leads round in circles, can raise here; the engine says what is wrong with it."""


class Quick:
    """A rule, called with a value, gives something false for a good one. `good` is a shorter answer: True is certain, None for none."""

    __slots__ = ("good", "told")

    def __init__(self, told: Callable[[Any], Any], good: Callable[[Any], object] | None = None) -> None:
        self.told = told
        self.good = good

    def __call__(self, value: Any) -> Any:
        return self.told(value)


class Asked:
    """What is asked of a value beside its schema. `below` are the fields of an object, `entries` those of a list."""

    __slots__ = ("below", "entries", "rules")

    def __init__(self, rules: tuple[Quick, ...] = (), below: Mapping[str, Asked] | None = None, entries: Asked | None = None) -> None:
        self.rules = rules
        self.below = below or {}
        self.entries = entries


NOTHING = Asked()


def acceptor(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], *, closed: bool = False, patterns: bool = False, asked: Asked = NOTHING
) -> Accepts:
    """`definitions` is what `#/definitions/` leads to; with `closed` an object takes only the properties its schema names.

    `patterns` says that those of the schema are our own: of the form `^...$`, quick, and the same to any engine. Integers
    whose format is int32 or int64 must fit, whatever the engine would say.
    """
    maker = _Maker(definitions, closed, patterns)
    made: list[Accepts] = []

    def accepts(value: JSONValue) -> bool:
        try:
            if not made:
                made.append(_called(maker.test(schema, asked)))
            return made[0](value)
        except _BROKEN:
            return False

    return accepts


def _nothing(_value: JSONValue) -> bool:
    return False


class _Maker:
    def __init__(self, definitions: Mapping[str, Any], closed: bool, patterns: bool) -> None:
        self._definitions = definitions
        self._closed = closed
        self._patterns = patterns
        self._made: dict[tuple[str, int], Accepts] = {}

    def definition(self, name: str, asked: Asked) -> Accepts:
        made = self._made.get((name, id(asked)))
        if made is None:
            made = self._made[name, id(asked)] = _called(self.test(self._definitions[name], asked))
        return made

    def test(self, node: Any, asked: Asked) -> _Test:
        node = {} if node is True else node
        if not isinstance(node, dict) or not (node.keys() <= _KNOWN or all(word.startswith("x-") for word in node.keys() - _KNOWN)):
            return _nothing
        names = [node["type"]] if isinstance(node.get("type"), str) else node.get("type", _TYPES)
        types = frozenset(kind for name in names for kind in _TYPES[name])
        tests = [_KEYWORDS[word](self, node, types) for word in node if word in _KEYWORDS]
        if "$ref" in node:
            tests.append(self.reference(node, types, asked))
            asked = NOTHING
        if asked.below or asked.entries is not None or not _STRUCTURE.isdisjoint(node):
            tests.append(self._parts(node, types, asked))
        test: _Test = types if not tests else tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)
        for rule in asked.rules:
            test = _also(test, rule)
        return test

    def reference(self, node: Mapping[str, Any], types: frozenset[type], asked: Asked) -> Accepts:
        """Made when a value first reaches it, so that a definition may lead back to itself."""
        name = _referred(node)
        if name not in self._definitions:
            return _nothing
        return lambda value: type(value) in types and self.definition(name, asked)(value)

    def any_of(self, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
        tests = [_called(self.test(branch, NOTHING)) for branch in node["anyOf"]]
        return lambda value: type(value) in types and any(test(value) for test in tests)

    def pattern(self, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
        if not self._patterns:
            return _nothing
        made = pattern(node["pattern"].removeprefix("^").removesuffix("$"))
        return lambda value: made.fullmatch(value) is not None if type(value) is str else type(value) in types

    def _parts(self, node: Mapping[str, Any], types: frozenset[type], asked: Asked) -> Accepts:
        """What is asked of the parts of objects and lists, which every value passes."""
        rest = _called(types - {dict, list})
        if list in types:
            rest = self._entries(node, asked, rest)
        return self._fields(node, asked, rest) if dict in types else rest

    def _fields(self, node: Mapping[str, Any], asked: Asked, no_object: Accepts) -> Accepts:
        known: dict[str, _Test] = {}
        properties, required = {**node.get("properties", {})}, frozenset(node.get("required", ()))
        rest = node.get("additionalProperties", not (self._closed and "properties" in node))
        for name in (*properties, *(name for name in asked.below if name not in properties)):
            self._keep(known, name, properties.get(name, rest), asked.below.get(name, NOTHING))
        others: dict[str, _Test] = {}
        self._keep(others, "", rest, NOTHING)
        if not known and not required and isinstance(kinds := others[""], frozenset):
            return lambda value: kinds.issuperset(map(type, value.values())) if type(value) is dict else no_object(value)
        likely = {name: _likely(test) for name, test in known.items() if isinstance(test, frozenset)}
        tests, other = _all_called(known), _all_called(others)

        def fields(value: JSONValue) -> bool:
            if type(value) is not dict:
                return no_object(value)
            for name, part in value.items():
                if likely.get(name) is not type(part) and not (tests.get(name) or other[""])(part):
                    return False
            return not required or value.keys() >= required

        return fields

    def _entries(self, node: Mapping[str, Any], asked: Asked, no_list: Accepts) -> Accepts:
        kept: dict[str, _Test] = {}
        self._keep(kept, "", node.get("items", True), asked.entries or NOTHING)
        if isinstance(kinds := kept[""], frozenset):
            return lambda value: kinds.issuperset(map(type, value)) if type(value) is list else no_list(value)
        test = _all_called(kept)
        return lambda value: all(map(test[""], value)) if type(value) is list else no_list(value)

    def _keep(self, place: dict[str, _Test], name: str, node: Any, asked: Asked) -> None:
        """A bare reference gives its place to the definition as soon as that is made, which saves every later value a step."""
        if not isinstance(node, dict) or node.keys() != {"$ref"} or _referred(node) not in self._definitions:
            place[name] = self.test(node, asked)
            return

        def first(value: JSONValue) -> bool:
            test = place[name] = self.definition(_referred(node), asked)
            return test(value)

        place[name] = first


def _also(test: _Test, rule: Quick) -> Accepts:
    told, good = rule.told, rule.good
    if isinstance(test, frozenset):
        if good is None:
            return lambda value: type(value) in test and not told(value)
        return lambda value: type(value) in test and bool(good(value) or not told(value))
    if good is None:
        return lambda value: test(value) and not told(value)
    return lambda value: test(value) and bool(good(value) or not told(value))


def _likely(types: frozenset[type]) -> type | None:
    """One of the types, which a value mostly has: what may be null is hardly ever."""
    return next(iter(types - {_NULL}), _NULL)


def _all_called(tests: dict[str, _Test]) -> dict[str, Accepts]:
    """The same dictionary, in which `_keep` still replaces what it has kept."""
    tests.update({name: _called(test) for name, test in tests.items()})
    return tests  # type: ignore[return-value]


def _called(test: _Test) -> Accepts:
    return (lambda value: type(value) in test) if isinstance(test, frozenset) else test


def _referred(node: Mapping[str, Any]) -> str:
    """The name of a definition, or text that is none."""
    reference = str(node["$ref"])
    return reference.removeprefix(_DEFINITIONS) if reference.startswith(_DEFINITIONS) and "%" not in reference else reference


def _format(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
    return _between(types, *_RANGES[node["format"]]) if node["format"] in _RANGES else _nothing


def _enum(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
    known = frozenset((type(value), value) for value in node["enum"] if type(value) in (str, int))
    return lambda value: type(value) in types and type(value) in (str, int) and (type(value), value) in known


def _const(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
    return _enum(_maker, {"enum": [node["const"]]}, types)


def _minimum(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
    return _between(types, node["minimum"], float("inf"))


def _maximum(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
    return _between(types, float("-inf"), node["maximum"])


def _between(types: frozenset[type], least: float, most: float) -> Accepts:
    others = types - {int, float}
    return lambda value: least <= value <= most if type(value) is int and int in types else type(value) in others


def _sized(kind: type, word: str) -> Callable[[_Maker, Mapping[str, Any], frozenset[type]], Accepts]:
    """Of `minLength` and its like: values of another kind have no size."""

    def made(_maker: _Maker, node: Mapping[str, Any], types: frozenset[type]) -> Accepts:
        least, most = (node[word], float("inf")) if word.startswith("min") else (0, node[word])
        return lambda value: type(value) in types and (type(value) is not kind or least <= len(value) <= most)  # type: ignore[arg-type]

    return made


_STRUCTURE = frozenset(("properties", "required", "additionalProperties", "items"))
_SHAPE = _STRUCTURE | {"type", "$ref"}
_KEYWORDS: Mapping[str, Callable[[_Maker, Mapping[str, Any], frozenset[type]], Accepts]] = {
    "enum": _enum,
    "const": _const,
    "format": _format,
    "minimum": _minimum,
    "maximum": _maximum,
    "minLength": _sized(str, "minLength"),
    "maxLength": _sized(str, "maxLength"),
    "minItems": _sized(list, "minItems"),
    "minProperties": _sized(dict, "minProperties"),
    "anyOf": _Maker.any_of,
    "pattern": _Maker.pattern,
}
"""Beside those of _SHAPE, which are looked at together. Each test asks for the type too, so that one alone is enough."""
_KNOWN = _KEYWORDS.keys() | _SILENT | _SHAPE
