"""Rego source as tokens with their places: enough to find statements, bodies and calls, without a grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from checker.model.records import dataclass

OPENING = frozenset("([{")
CLOSING = frozenset(")]}")
COMPARISONS = frozenset({"==", "=", "!=", "<", ">", "<=", ">=", "in"})
INFIX = COMPARISONS | {":=", "+", "-", "*", "/", "%", "|", "&", ","}
LONGEST = 500
"""Tokens in an expression that is looked through. No person writes a longer one, and nested ones would be read over and over."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<comment>\#[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*"|`[^`]*`)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>:=|==|!=|<=|>=|.)""",
    re.DOTALL,
)


@dataclass(slots=True)
class Token:
    """`kind` is string, number, name or sign; `partner` the index of the bracket that closes this one, the last index where none does."""

    kind: str
    text: str
    start: int
    end: int
    line: int
    partner: int = -1


def scan(text: str) -> list[Token]:
    """Everything but space and comments, in order. Never fails: what is no Rego comes out as signs."""
    found: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        piece = match.group()
        if kind not in ("space", "comment"):
            found.append(Token(kind, piece, match.start(), match.end(), line))
        line += piece.count("\n")
    _pair(found)
    return found


def _pair(tokens: Sequence[Token]) -> None:
    waiting: list[Token] = []
    for index, token in enumerate(tokens):
        if token.text in OPENING:
            token.partner = len(tokens) - 1
            waiting.append(token)
        elif token.text in CLOSING and waiting:
            waiting.pop().partner = index


def matching(tokens: Sequence[Token], opening: int) -> int:
    return tokens[opening].partner


def is_call(tokens: Sequence[Token], start: int, stop: int) -> int | None:
    """The index of the parenthesis when the tokens from `start` are a dotted name and a parenthesis, else None."""
    index = start
    while index + 1 < stop and tokens[index].kind == "name":
        if tokens[index + 1].text == "(":
            return index + 1
        if tokens[index + 1].text != ".":
            return None
        index += 2
    return None


_CONTINUING = frozenset({"else", "if", "contains", "with", "as", "in"})
"""Words that go on with a rule; followed by a parenthesis one is a function's name, as `contains` in older policies."""


def statements(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Start and end (past the last token) of every rule: it begins with a name that starts a line and continues nothing."""
    found: list[int] = []
    depth = 0
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        called = index + 1 < len(tokens) and tokens[index + 1].text == "("
        if depth == 0 and token.kind == "name" and (called or token.text not in _CONTINUING):
            fresh = before is None or (before.line < token.line or before.text == "}")
            if fresh and (before is None or before.text not in (":=", "=", "if", ".", ",", "==", "as", "contains", "default", "in")):
                found.append(index)
        if token.text in OPENING:
            depth += 1
        elif token.text in CLOSING:
            depth = max(depth - 1, 0)
    return [span for span in pairwise([*found, len(tokens)]) if tokens[span[0]].text not in ("package", "import")]


def literal_end(tokens: Sequence[Token], start: int) -> tuple[int, int]:
    """Where an expression of a body ends, and where its `with` clauses do (indexes past the last token)."""
    index, stop = start, None
    while index < len(tokens) and index - start <= LONGEST:
        token, before = tokens[index], tokens[index - 1]
        if token.text in CLOSING or token.text in (";", "|", "else"):
            break
        if (
            index > start
            and token.line > before.line
            and before.text not in INFIX | {".", "with", "as"}
            and token.text not in INFIX | {".", "with", "as"}
        ):
            break
        if token.text == "with" and token.kind == "name" and stop is None:
            stop = index
        index = matching(tokens, index) + 1 if token.text in OPENING else index + 1
    return (index if stop is None else stop), index


def splice(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with pieces replaced; edits at the same place keep their order."""
    pieces: list[str] = []
    at = 0
    for start, end, replacement in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        pieces += (text[at:start], replacement)
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def on_one_line(text: str, tokens: Sequence[Token]) -> str:
    """The text of neighbouring tokens, what breaks a line between two of them left out."""
    pieces = [tokens[0].text]
    for before, token in pairwise(tokens):
        gap = text[before.end : token.start]
        pieces += (" " if "\n" in gap else gap, token.text)
    return "".join(pieces)


def package_of(tokens: Sequence[Token]) -> str:
    for index, token in enumerate(tokens[:-1]):
        if token.text == "package":
            return dotted(tokens, index + 1)[0]
    return ""


def dotted(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The dotted name that starts here, and the index after it."""
    parts = [tokens[index].text]
    while index + 2 < len(tokens) and tokens[index + 1].text == "." and tokens[index + 2].kind == "name":
        index += 2
        parts.append(tokens[index].text)
    return ".".join(parts), index + 1
