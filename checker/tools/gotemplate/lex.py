"""A template's text -> literal text and actions, each action as tokens. White space around `{{-` and `-}}` is trimmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from checker.tools.gotemplate.errors import TemplateFailed

_SPACE = " \t\r\n"
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<raw>`[^`]*`)
    |(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+(?![\d.eE])|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))
    |(?P<field>\.[^\W\d]\w*)
    |(?P<dot>\.)
    |(?P<variable>\$\w*)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign>:=|=|\||\(|\)|,)""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """`spaced`: white space stands before it, so that `.a .b` is two operands and `.a.b` one."""

    type: str
    text: str
    spaced: bool = False


class Piece(NamedTuple):
    """Literal text, or an action's tokens."""

    text: str
    tokens: tuple[Token, ...] | None = None


def pieces(template: str) -> Iterator[Piece]:
    """Raises TemplateFailed for an action that does not end or holds what is no token."""
    at = 0
    trim = False
    while True:
        start = template.find("{{", at)
        text = template[at:] if start < 0 else template[at:start]
        if trim:
            text = text.lstrip(_SPACE)
        if start < 0:
            yield Piece(text)
            return
        inside = start + 2
        if template[inside : inside + 1] == "-" and template[inside + 1 : inside + 2] in tuple(_SPACE):
            text = text.rstrip(_SPACE)
            inside += 1
        yield Piece(text)
        tokens, at, trim = _action(template, inside)
        if tokens is not None:
            yield Piece("", tokens)


def _action(template: str, at: int) -> tuple[tuple[Token, ...] | None, int, bool]:
    comment = re.compile(r"[ \t\r\n]?/\*.*?\*/([ \t\r\n]-)?\}\}", re.DOTALL).match(template, at)
    if comment is not None:
        return None, comment.end(), comment[1] is not None
    tokens: list[Token] = []
    spaced = False
    while True:
        if template.startswith("}}", at):
            return tuple(tokens), at + 2, False
        if spaced and template.startswith("-}}", at):
            return tuple(tokens), at + 3, True
        found = _TOKEN.match(template, at)
        if found is None:
            raise TemplateFailed("unclosed action" if at >= len(template) else f"unexpected {template[at]!r} in an action")
        at = found.end()
        if found.lastgroup == "space":
            spaced = True
        else:
            tokens.append(Token(str(found.lastgroup), found[0], spaced))
            spaced = False
