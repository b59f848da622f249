"""Calls of named functions in a Rego module, with their arguments where those are written out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from checker.model.objects import JSONValue
from checker.model.records import dataclass
from checker.tools.rego_lenient import defined_names
from checker.tools.rego_tokens import CLOSING, Token, is_call, matching, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`start` and `end` in the text; `arguments` are None where one is no constant, `first` is the first where that is text."""

    name: str
    line: int
    start: int
    end: int
    arguments: tuple[JSONValue, ...] | None
    first: str = ""


def calls_of(text: str, names: Collection[str]) -> Iterator[Call]:
    """In the order of the text, without names that the module defines itself."""
    tokens = scan(text)
    wanted = set(names) - defined_names(tokens)
    for index, token in enumerate(tokens[:-1]):
        if token.text in wanted and token.kind == "name" and is_call(tokens, index, len(tokens)) == index + 1:
            closing = matching(tokens, index + 1)
            inside = tokens[index + 2 : closing]
            yield Call(
                name=token.text,
                line=token.line,
                start=token.start,
                end=tokens[closing].end,
                arguments=_constants(inside),
                first=_string(inside[0]) if inside and inside[0].kind == "string" else "",
            )


def _constants(tokens: Sequence[Token]) -> tuple[JSONValue, ...] | None:
    """Texts, and lists of texts."""
    found: list[JSONValue] = []
    within: list[JSONValue] | None = None
    for index, token in enumerate(tokens):
        if token.kind == "string":
            (found if within is None else within).append(_string(token))
        elif token.text == "[" and within is None:
            within = []
            found.append(within)
        elif token.text == "]" and within is not None:
            within = None
        elif token.text != "," or index == 0 or (tokens[index - 1].kind != "string" and tokens[index - 1].text not in CLOSING):
            return None
    return tuple(found)


def _string(token: Token) -> str:
    if token.text.startswith("`"):
        return token.text[1:-1]
    try:
        value: str = json.loads(token.text)
    except ValueError:
        return token.text[1:-1]
    return value
