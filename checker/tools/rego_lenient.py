"""Built-in functions that are undefined on values of a wrong type, as OPA has them outside of its strict mode.

Our engine stops the whole query there, and so for `some x in null`. Calls in foreign policies then go through rules of
ours that ask for the types first, at twice the price: such a module is only used on what failed without. The text of
those rules is loaded with it; which letters ask for what stands in _ASKS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.tools.rego_tokens import CLOSING, OPENING, Token, is_call, matching, statements

Edit = tuple[int, int, str]

_LONGEST = 500
PACKAGE = "gitopscheck_functions"

_ASKS = {
    "s": "is_string({0})",
    "n": "is_number({0})",
    "o": "is_object({0})",
    "a": "is_array({0})",
    "c": "collection({0})",
    "k": "countable({0})",
    "t": "texts({0})",
    "m": "numbers({0})",
    "x": "",
}

BUILTINS = {
    "abs": "n",
    "array.concat": "aa",
    "array.slice": "ann",
    "base64.decode": "s",
    "ceil": "n",
    "concat": "st",
    "contains": "ss",
    "count": "k",
    "endswith": "ss",
    "floor": "n",
    "format_int": "nn",
    "glob.match": "sxs",
    "indexof": "ss",
    "json.unmarshal": "s",
    "lower": "s",
    "max": "c",
    "min": "c",
    "object.get": "oxx",
    "object.keys": "o",
    "object.remove": "oc",
    "object.union": "oo",
    "regex.find_n": "ssn",
    "regex.match": "ss",
    "regex.replace": "sss",
    "regex.split": "ss",
    "replace": "sss",
    "round": "n",
    "semver.compare": "ss",
    "sort": "c",
    "split": "ss",
    "gitopscheck.sprintf": "sa",
    "sprintf": "sa",
    "startswith": "ss",
    "substring": "snn",
    "sum": "m",
    "time.parse_rfc3339_ns": "s",
    "to_number": "x",
    "trim": "ss",
    "trim_left": "ss",
    "trim_prefix": "ss",
    "trim_right": "ss",
    "trim_space": "s",
    "trim_suffix": "ss",
    "units.parse": "s",
    "units.parse_bytes": "s",
    "upper": "s",
    "yaml.unmarshal": "s",
}
_OPERATORS = {
    "plus": "+",
    "minus": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
    "equal": "==",
    "neq": "!=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
}
"""Operators by their names as functions."""
_WRITTEN = {
    **dict.fromkeys(_OPERATORS, "xx"),
    "parse_config": "ss",
    "cast_array": "x",
    "cast_set": "x",
    "cast_object": "x",
    "cast_string": "x",
    "cast_boolean": "x",
    "cast_null": "x",
}
"""Functions that the engine does not have at all, conftest's and old ones of OPA; their rules stand in _SHARED and _rules."""
_VALUES = {
    "base64.decode": "base64.is_valid(a0)",
    "json.unmarshal": "json.is_valid(a0)",
    "semver.compare": "semver.is_valid(a0); semver.is_valid(a1)",
    "time.parse_rfc3339_ns": "regex.match(`^(1[7-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}T`, a0)",
    "to_number": "convertible(a0)",
    "units.parse": "regex.match(`^[0-9.]+([eE][0-9]+)?([numkMGTPE]|[kKMGTPE]i)?$`, a0)",
    "units.parse_bytes": "regex.match(`^[0-9.]+([eE][0-9]+)?([kKMGTPEmgtpe]i?[bB]?|[bB])?$`, a0)",
    "yaml.unmarshal": "yaml.is_valid(a0)",
}
"""What the text must be like besides being text."""

_SHARED = f"""package {PACKAGE}
import rego.v1
collection(x) if is_array(x)
collection(x) if is_object(x)
collection(x) if is_set(x)
countable(x) if collection(x)
countable(x) if is_string(x)
texts(x) if {{ collection(x); every v in x {{ is_string(v) }} }}
numbers(x) if {{ collection(x); every v in x {{ is_number(v) }} }}
convertible(x) if is_number(x)
convertible(x) if is_boolean(x)
convertible(x) if is_null(x)
convertible(x) if {{ is_string(x); regex.match(`^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$`, x) }}
each(x) := x if collection(x)
safe_cast_array(x) := [y | some y in x] if is_set(x)
safe_cast_array(x) := x if is_array(x)
safe_cast_set(x) := {{y | some y in x}} if is_array(x)
safe_cast_set(x) := x if is_set(x)
safe_cast_object(x) := x if is_object(x)
safe_cast_string(x) := x if is_string(x)
safe_cast_boolean(x) := x if is_boolean(x)
safe_cast_null(x) := x if is_null(x)
safe_parse_config(parser, text) := yaml.unmarshal(text) if {{ parser in {{"yaml", "yml"}}; is_string(text); yaml.is_valid(text) }}
safe_parse_config(parser, text) := json.unmarshal(text) if {{ parser == "json"; is_string(text); json.is_valid(text) }}
"""


def module_text() -> str:
    return _SHARED + "".join(f"{line}\n" for line in _rules())


def _rules() -> Iterator[str]:
    for name, sign in _OPERATORS.items():
        yield f"{_own(name)}(x, y) := x {sign} y{' if y != 0' if sign in '/%' else ''}"
    for name, asks in BUILTINS.items():
        arguments = [f"a{number}" for number in range(len(asks))]
        wanted = [_ASKS[ask].format(argument) for ask, argument in zip(asks, arguments, strict=True) if ask != "x"]
        conditions = "; ".join([*wanted, *([_VALUES[name]] if name in _VALUES else [])])
        call = f"({', '.join(arguments)})"
        yield f"{_own(name)}{call} := {name}{call} if {{ {conditions} }}"


def _own(name: str) -> str:
    return f"safe_{name.replace('.', '_')}"


def lenient_calls(tokens: Sequence[Token], taken: frozenset[str]) -> Iterator[Edit]:
    """Edits that send calls of built-ins to ours, except of names that the policies define or import themselves."""
    for index, token in enumerate(tokens):
        if token.text == "some" and token.kind == "name":
            yield from _membership(tokens, index)
    yield from _calls(tokens, BUILTINS, taken)


def missing_calls(tokens: Sequence[Token], taken: frozenset[str]) -> Iterator[Edit]:
    """The same for functions that the engine does not have."""
    return _calls(tokens, _WRITTEN, taken)


def _calls(tokens: Sequence[Token], wanted: Mapping[str, str], taken: frozenset[str]) -> Iterator[Edit]:
    for index, token in enumerate(tokens):
        if token.kind != "name" or (index and tokens[index - 1].text == ".") or token.text in taken:
            continue
        opening = is_call(tokens, index, len(tokens))
        if opening is None or (index and tokens[index - 1].text == "contains" and tokens[index - 1].kind == "name"):
            continue
        asks = wanted.get("".join(part.text for part in tokens[index:opening]))
        if asks is not None and _arity(tokens, opening) == len(asks):
            name = _own("".join(part.text for part in tokens[index:opening]))
            yield token.start, tokens[opening - 1].end, f"data.{PACKAGE}.{name}"


def _arity(tokens: Sequence[Token], opening: int) -> int:
    closing, count, index = matching(tokens, opening), 0, opening + 1
    if index == closing:
        return 0
    while index < closing:
        count += tokens[index].text == ","
        index = matching(tokens, index) + 1 if tokens[index].text in OPENING else index + 1
    return count + 1


def _membership(tokens: Sequence[Token], some: int) -> Iterator[Edit]:
    """`some x in expression`: the expression where it is a plain reference, which is what may turn out to be null."""
    index = some + 1
    while index < min(len(tokens), some + 4) and (tokens[index].kind == "name" or tokens[index].text == ",") and tokens[index].text != "in":
        index += 1
    if index + 1 >= len(tokens) or tokens[index].text != "in" or tokens[index + 1].kind != "name":
        return
    start = end = index + 1
    while end + 1 < len(tokens) and end - start < _LONGEST:
        following = tokens[end + 1]
        if following.text == "." and end + 2 < len(tokens):
            end += 2
        elif following.text in ("[", "(") and following.start == tokens[end].end:
            end = matching(tokens, end + 1)
        else:
            break
    if end + 1 < len(tokens) and tokens[end + 1].line == tokens[end].line and tokens[end + 1].text not in {*CLOSING, ";", "with"}:
        return
    yield tokens[start].start, tokens[start].start, f"data.{PACKAGE}.each("
    yield tokens[end].end, tokens[end].end, ")"


def defined_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Rules, and last or renamed parts of imports: names that are not built-ins here."""
    found = {tokens[start + (tokens[start].text == "default" and start + 1 < stop)].text for start, stop in statements(tokens)}
    for index, token in enumerate(tokens):
        if token.text == "import" and token.kind == "name":
            last = index + 1
            while last + 2 < len(tokens) and tokens[last + 1].text == ".":
                last += 2
            renamed = last + 2 < len(tokens) and tokens[last + 1].text == "as"
            found.add(tokens[last + 2].text if renamed else tokens[min(last, len(tokens) - 1)].text)
    return frozenset(found)
