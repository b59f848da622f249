"""What a Rego module defines, read from its tokens: the engine's own syntax tree is a hundred times the size of the source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from checker.model.records import dataclass
from checker.tools.rego_tokens import Token, matching, scan, statements


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition of a rule. `kind` is func, default, set, object (a key and a value), or value.

    `keyed` is a head `name[key]` with neither value nor `contains`: a set in v0, an object of true in v1.
    """

    package: tuple[str, ...]
    name: str
    kind: str
    line: int
    keyed: bool = False


def definitions(text: str) -> Iterator[Definition]:
    tokens = scan(text)
    package = package_path(tokens)
    for start, stop in statements(tokens):
        yield _definition(tokens, start, stop, package)


def package_path(tokens: Sequence[Token]) -> tuple[str, ...]:
    """`package a["b-c"].d` as its parts, empty where there is none."""
    at = next((index for index, token in enumerate(tokens) if token.text == "package" and token.kind == "name"), None)
    if at is None or at + 1 >= len(tokens):
        return ()
    found = [tokens[at + 1].text]
    index = at + 2
    while index + 1 < len(tokens):
        if tokens[index].text == "." and tokens[index + 1].kind == "name":
            found.append(tokens[index + 1].text)
            index += 2
        elif tokens[index].text == "[" and tokens[index + 1].kind == "string" and tokens[index].line == tokens[at].line:
            found.append(_literal(tokens[index + 1].text))
            index += 3
        else:
            break
    return tuple(found)


def _literal(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    value: str = json.loads(text)
    return value


def _definition(tokens: Sequence[Token], start: int, stop: int, package: tuple[str, ...]) -> Definition:
    line = tokens[start].line
    if tokens[start].text == "default" and start + 1 < stop:
        return Definition(package, tokens[start + 1].text, "default", line)
    name, index, keys = tokens[start].text, start + 1, False
    while index < stop and tokens[index].text in (".", "["):
        keys = True
        index = matching(tokens, index) + 1 if tokens[index].text == "[" else index + 2
    following = tokens[index].text if index < stop else ""
    if following == "(":
        return Definition(package, name, "func", line)
    if following == "contains":
        return Definition(package, name, "set", line)
    if not keys:
        return Definition(package, name, "value", line)
    valued = following in (":=", "=")
    return Definition(package, name, "object" if valued else "set", line, keyed=not valued)
