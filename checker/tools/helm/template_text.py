"""Template texts as Go reads them, as far as names go: the actions in them, their words, what they define and call.

Every action, text and comment is closed by the end of the file at the latest, so that no file is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from checker.model.records import dataclass

ANY = b"*"
"""Called where only a render knows the name of a template."""
_NESTED = 3
"""How deep templates in texts of templates are looked into."""
_TEXT = rb'"(?:[^"\\]++|\\.)*+(?:"|\Z|\\\Z)|`[^`]*+(?:`|\Z)' rb"|'(?:[^'\\]++|\\.)*+(?:'|\Z|\\\Z)"
ACTION = re.compile(
    rb"\{\{(?:-\s)?\s*+(?:(?>/\*.*?(?:\*/|\Z))\s*+-?(?:\}\})?|((?:[^\"`'}]++|" + _TEXT + rb"|\}(?!\}))*+)(?:\}\}|\Z))", re.DOTALL
)
"""Its group is what stands in the braces; nothing, for a comment."""
TOKEN = re.compile(_TEXT + rb"|[.$]?[A-Za-z_]\w*+|[()|]", re.DOTALL)
_NAME = rb'(?:"([^"]*)"|`([^`]*)`)'
_BEGINS = re.compile(rb"\s*(?:define|block)\s+" + _NAME)
_CALL = re.compile(
    rb"(?<![\w.$])(?:include|template|block)\s+(?:"
    + _NAME
    + rb'|\(\s*print\s+[$\w]*\.Template\.BasePath((?:\s+"[^"]*")+)\s*\)|(.))|'
    + _TEXT,
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in a named template or, with an empty name, before the first: words, and the names of templates called."""

    name: bytes
    words: frozenset[bytes]
    calls: frozenset[bytes]


@lru_cache(maxsize=1024)  # releases share charts, and charts share libraries of templates
def pieces(text: bytes) -> tuple[Piece, ...]:
    """A named template is said to go on until the next one begins."""
    parts: list[tuple[bytes, list[bytes]]] = [(b"", [])]
    for action in _actions(text, _NESTED):
        parts[-1][1].append(action)
        begun = _BEGINS.match(action)
        if begun is not None:
            parts.append((begun[1] or begun[2] or b"", []))
    return tuple(_piece(name, b"\n".join(actions)) for name, actions in parts)


def tail(path: bytes) -> bytes:
    """Of a template's file, what every name of it ends with: one that is rendered begins with the chart's, which may be an alias."""
    return path[max(path.rfind(b"templates/"), 0) :]


def _actions(text: bytes, depth: int) -> Iterator[bytes]:
    for found in ACTION.finditer(text):
        inside = found[1]
        if inside:
            yield inside
            if depth and b"{{" in inside:
                yield from _actions(inside.replace(b'\\"', b'"'), depth - 1)


def _piece(name: bytes, actions: bytes) -> Piece:
    calls = frozenset(_called(*found) for found in _CALL.findall(actions) if any(found))
    return Piece(name, frozenset(TOKEN.findall(actions)), calls)


def _called(quoted: bytes, raw: bytes, below: bytes, other: bytes) -> bytes:
    return ANY if other else b"templates" + b"".join(re.findall(rb'"([^"]*)"', below)) if below else quoted or raw
