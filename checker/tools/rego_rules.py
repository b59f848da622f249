"""What a Rego module defines, read from its tokens: the engine's own syntax tree is a hundred times the size of the source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from checker.model.records import dataclass, replace
from checker.tools.rego_tokens import Token, literal_end, matching, scan, splice, statements
from checker.tools.rego_values import Module

_AGAIN, _CASES = "_gitopscheck_again_", "gitopscheck_cases_"


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


def told_apart(modules: Sequence[Module]) -> list[Module]:
    """Each definition of a `test_` rule under a name of its own, because OPA runs each for itself; beside one of cases, their names."""
    seen: dict[tuple[str, ...], int] = {}
    found: list[Module] = []
    for module in modules:
        tokens = scan(module.text)
        package, edits = package_path(tokens), []
        for start, stop in statements(tokens):
            name = tokens[start].text
            if name.startswith("test_"):
                number = seen[*package, name] = seen.get((*package, name), -1) + 1
                again = f"{_AGAIN}{number:02d}" if number else ""
                edits.append((tokens[start].end, tokens[start].end, again))
                cases = _cases(module.text, tokens, start, stop)
                if cases:
                    edits.append((len(module.text), len(module.text), f"\n{cases_of(name + again)} {cases}"))
        found.append(replace(module, text=splice(module.text, edits)) if edits else module)
    return found


def cases_of(rule: str) -> str:
    """The rule that holds the names of all cases of `test_x[case] if { some case, ... in cases; ... }`."""
    return _CASES + rule


def _cases(text: str, tokens: Sequence[Token], start: int, stop: int) -> str:
    """Head and body of that rule, empty for any other test."""
    words = [token.text for token in tokens[start : start + 7]]
    if (
        words[1:2] != ["["]
        or words[3:7] != ["]", "if", "{", "some"]
        or words[2] not in [token.text for token in tokens[start + 7 : start + 10]]
    ):
        return ""
    end, _ = literal_end(tokens[:stop], start + 6)
    return f"contains {words[2]} if {{ {text[tokens[start + 6].start : tokens[end - 1].end]} }}"


def test_name(rule: str) -> str:
    """As OPA shows it: the second definition of `test_x` is `test_x#01`."""
    return rule.replace(_AGAIN, "#")


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
