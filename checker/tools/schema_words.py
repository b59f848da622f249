"""Schema problems in, sentences out: what is wrong in the user's words and what to do about it.

One problem may give several sentences (each unknown field is its own) or, for alternatives, those of the most telling
branch: the one the author most likely meant.
"""

from __future__ import annotations

from checker.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from checker.model.objects import JSONValue
    from checker.tools.schema import SchemaProblem

_LONGEST_VALUE = 60
_MOST_OPTIONS = 12
_MOST_COMPARED = 1_000
_MOST_UNKNOWN = 50
"""Unknown fields of one mapping that are told one by one; comparing names takes time, and a hostile file has many."""
_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`rule` is one of unknown-field, wrong-type, missing-field, invalid-value; `key` says the pointer means the key itself."""

    rule: str
    message: str
    pointer: str
    key: bool = False


def sentences(problem: SchemaProblem, *, owner: str = "", hidden: bool = False) -> Iterator[Sentence]:
    """`owner` names what the fields belong to (a kind); `hidden` keeps values out of the text (Secrets)."""
    if problem.keyword in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown(problem, owner)
    elif problem.keyword in ("anyOf", "oneOf"):
        yield from _alternatives(problem, owner, hidden)
    elif problem.keyword == "required":
        yield from _missing(problem)
    elif problem.keyword == "type":
        yield _wrong_type(problem, _types(problem.node), hidden)
    else:
        yield _invalid(problem, hidden)


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def value_at(value: object, pointer: str) -> object:
    """What a JSON pointer leads to, None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def spelled(path: Iterable[str | int]) -> str:
    """A path as people write it: `spec.ports[0].port`, `metadata.labels["app.kubernetes.io/name"]`."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif step and all(char.isalnum() or char in "-_$" for char in step):
            out += f".{step}" if out else step
        else:
            out += f"[{quoted(step)}]"
    return out


def quoted(value: str, longest: int = _LONGEST_VALUE) -> str:
    """Text in double quotes, control characters made visible, shortened."""
    import json

    text = value if len(value) <= longest else value[:longest] + "..."
    encoded = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in encoded)


def shown(value: JSONValue) -> str:
    """A value in few words."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant."""
    from difflib import get_close_matches
    from itertools import islice

    plain, asked = _folded(name), name[:100]
    names = list(islice((other for other in known if abs(len(other) - len(name)) <= len(name) // 2 + 2), _MOST_COMPARED))
    for other in names:
        if _folded(other) == plain:
            return other
    close = get_close_matches(asked, names, n=1, cutoff=0.72 if len(name) > 3 else 0.6)
    return close[0] if close else None


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "")


def one_of(options: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(options) > _MOST_OPTIONS:
        return ", ".join(options[:_MOST_OPTIONS]) + f" and {len(options) - _MOST_OPTIONS} more"
    return " or ".join([", ".join(options[:-1]), options[-1]] if len(options) > 1 else options)


def _unknown(problem: SchemaProblem, owner: str) -> Iterator[Sentence]:
    known = problem.node.get("properties", {})
    for name in problem.names[:_MOST_UNKNOWN]:
        path = (*problem.path, name)
        said = f"{spelled(path)} is not a field" + (f" of {owner}" if owner else "")
        near = nearest(name, known)
        if near is not None:
            said += f"; did you mean {near}?"
        elif 0 < len(known) <= _MOST_OPTIONS:
            said += f"; known here: {', '.join(sorted(known))}"
        yield Sentence(rule="unknown-field", message=said, pointer=pointer(path), key=True)
    more = len(problem.names) - _MOST_UNKNOWN
    if more > 0:
        where = f" in {spelled(problem.path)}" if problem.path else ""
        yield Sentence(rule="unknown-field", message=f"{more} more unknown fields{where}", pointer=pointer(problem.path), key=True)


def _missing(problem: SchemaProblem) -> Iterator[Sentence]:
    for name in problem.names:
        given = problem.value if isinstance(problem.value, dict) else {}
        near = nearest(name, [key for key in given if key not in problem.node.get("properties", {})])
        hint = f"; {near} looks like it" if near is not None else ""
        message = f"{spelled((*problem.path, name))} is required and missing{hint}"
        yield Sentence(rule="missing-field", message=message, pointer=pointer(problem.path), key=True)


def _types(node: Mapping[str, Any]) -> list[str]:
    types = node.get("type", [])
    return [types] if isinstance(types, str) else [name for name in types if isinstance(name, str)]


def _wrong_type(problem: SchemaProblem, types: Sequence[str], hidden: bool) -> Sentence:
    wanted = [name for name in types if name != "null"]
    message = f"{_at(problem)}{_type_clause(problem.value, wanted, hidden)}"
    return Sentence(rule="wrong-type", message=message, pointer=pointer(problem.path))


def _at(problem: SchemaProblem) -> str:
    return f"{spelled(problem.path)}: " if problem.path else ""


def _type_clause(value: JSONValue, wanted: Sequence[str], hidden: bool) -> str:
    words = one_of([_TYPE_WORDS.get(name, name) for name in wanted]) or "something else"
    said = "the value" if hidden and isinstance(value, str | int | float) else shown(value)
    if isinstance(value, str):
        bare = _unquoted(value, wanted)
        if bare is not None:
            return f"{said} is text; write {'it' if hidden else bare} without quotes"
        return f"{said} is text where {words} is expected"
    if value is None:
        return f"has no value where {words} is expected; give one or remove the key"
    if isinstance(value, bool):
        fix = f"; write {'it' if hidden else quoted(shown(value))} in quotes" if "string" in wanted else ""
        return f"{said} is a boolean where {words} is expected{fix}"
    if isinstance(value, int | float):
        fix = f"; write {'it' if hidden else quoted(shown(value))} in quotes" if "string" in wanted else ""
        return f"{said} is not a whole number" if list(wanted) == ["integer"] else f"{said} is a number where {words} is expected{fix}"
    return f"{said} stands where {words} is expected"


def _unquoted(value: str, wanted: Sequence[str]) -> str | None:
    """The text as the scalar that was meant, where taking the quotes off would do."""
    stripped = value.strip()
    digits = stripped[1:] if stripped[:1] in ("-", "+") else stripped
    if digits.isascii() and digits.isdigit() and len(digits) < 19 and {"integer", "number"} & set(wanted):
        return stripped
    if "number" in wanted and digits.replace(".", "", 1).isdigit() and digits.isascii():
        return stripped
    if "boolean" in wanted and stripped.lower() in ("true", "false"):
        return stripped.lower()
    return None


def _invalid(problem: SchemaProblem, hidden: bool) -> Sentence:
    said = "the value" if hidden else shown(problem.value)
    words = _KEYWORD_WORDS.get(problem.keyword, _otherwise if hidden else _as_told)
    clause = words(problem, said)
    return Sentence(rule="invalid-value", message=f"{_at(problem)}{clause}", pointer=pointer(problem.path))


def _enum(problem: SchemaProblem, said: str) -> str:
    options = [option if isinstance(option, str) else shown(option) for option in problem.node.get("enum", []) if option is not None]
    near = nearest(problem.value, options) if isinstance(problem.value, str) else None
    hint = f"; did you mean {near}?" if near is not None else ""
    return f"{said} is not one of {', '.join(options[:_MOST_OPTIONS])}{', ...' if len(options) > _MOST_OPTIONS else ''}{hint}"


def _limit(keyword: str, words: str) -> Callable[[SchemaProblem, str], str]:
    def clause(problem: SchemaProblem, said: str) -> str:
        return words.format(
            said=said, limit=problem.node.get(keyword), count=len(problem.value) if isinstance(problem.value, str | list | dict) else 0
        )

    return clause


_FORMAT_WORDS = {
    "date-time": "a date and time such as 2026-01-31T12:00:00Z",
    "date": "a date such as 2026-01-31",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
}


def _format(problem: SchemaProblem, said: str) -> str:
    name = str(problem.node.get("format", ""))
    return f"{said} is not {_FORMAT_WORDS.get(name, name)}"


def _otherwise(_problem: SchemaProblem, said: str) -> str:
    return f"{said} is not allowed here"


def _as_told(problem: SchemaProblem, _said: str) -> str:
    return problem.message


def _not(problem: SchemaProblem, said: str) -> str:
    required = problem.node.get("not", {}).get("required") if isinstance(problem.node.get("not"), dict) else None
    if required and isinstance(problem.value, dict):
        return f"{' and '.join(map(str, required))} may not be set{' together' if len(required) > 1 else ' here'}"
    return _otherwise(problem, said)


_KEYWORD_WORDS: dict[str, Callable[[SchemaProblem, str], str]] = {
    "enum": _enum,
    "const": lambda problem, said: f"{said} is not {shown(problem.node.get('const'))}",
    "pattern": _limit("pattern", "{said} does not match {limit}"),
    "format": _format,
    "minimum": _limit("minimum", "{said} is less than {limit}"),
    "maximum": _limit("maximum", "{said} is more than {limit}"),
    "exclusiveMinimum": _limit("exclusiveMinimum", "{said} is not more than {limit}"),
    "exclusiveMaximum": _limit("exclusiveMaximum", "{said} is not less than {limit}"),
    "multipleOf": _limit("multipleOf", "{said} is not a multiple of {limit}"),
    "minLength": _limit("minLength", "{said} is too short: {limit} characters at the least"),
    "maxLength": _limit("maxLength", "the text is too long: {count} characters of {limit}"),
    "minItems": _limit("minItems", "the list is too short: {count} entries, {limit} at the least"),
    "maxItems": _limit("maxItems", "the list is too long: {count} entries, {limit} at the most"),
    "minProperties": _limit("minProperties", "the mapping is too small: {count} keys, {limit} at the least"),
    "maxProperties": _limit("maxProperties", "the mapping is too large: {count} keys, {limit} at the most"),
    "uniqueItems": lambda _problem, _said: "the list holds the same entry twice",
    "not": _not,
}


def _alternatives(problem: SchemaProblem, owner: str, hidden: bool) -> Iterator[Sentence]:
    if not problem.branches:
        yield _too_many(problem)
        return
    here = problem.path
    if all(any(_refuses_type(inner, here) for inner in branch) for branch in problem.branches):
        types = [name for branch in problem.branches for inner in branch if _refuses_type(inner, here) for name in _types(inner.node)]
        yield _wrong_type(problem, list(dict.fromkeys(types)), hidden)
        return
    if all(len(branch) == 1 and branch[0].keyword == "required" and branch[0].path == here for branch in problem.branches):
        names = list(dict.fromkeys(name for branch in problem.branches for name in branch[0].names))
        message = f"{_at(problem)}{one_of(names)} is required and missing"
        yield Sentence(rule="missing-field", message=message, pointer=pointer(here), key=True)
        return
    for inner in min(problem.branches, key=lambda branch: _distance(branch, here)):
        yield from sentences(inner, owner=owner, hidden=hidden)


def _refuses_type(problem: SchemaProblem, path: tuple[str | int, ...]) -> bool:
    return problem.keyword == "type" and problem.path == path


def _distance(branch: tuple[SchemaProblem, ...], path: tuple[str | int, ...]) -> tuple[int, int, int]:
    """How far a branch is from what was written: wrong type altogether, then wrong choice, then few and deep problems."""
    wrong = any(_refuses_type(problem, path) for problem in branch)
    choice = any(problem.keyword in ("enum", "const") for problem in branch)
    return (2 if wrong else 1 if choice else 0, len(branch), -max(len(problem.path) for problem in branch))


def _too_many(problem: SchemaProblem) -> Sentence:
    given = problem.value if isinstance(problem.value, dict) else {}
    branches = problem.node.get(problem.keyword, [])
    named = [name for branch in branches if isinstance(branch, dict) for name in branch.get("required", []) if name in given]
    names = list(dict.fromkeys(named))
    clause = f"only one of {', '.join(names)} may be set" if len(names) > 1 else "more than one alternative holds, exactly one must"
    return Sentence(rule="invalid-value", message=f"{_at(problem)}{clause}", pointer=pointer(problem.path))
