"""Lines for a terminal: colour that only adds to what the words say, columns that line up, wrapping to the width."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STYLES: Mapping[str, str] = {
    "bold": "1",
    "dim": "2",
    "error": "1;31",
    "warning": "33",
    "note": "36",
    "created": "32",
    "changed": "33",
    "deleted": "31",
    "orphaned": "35",
    "renamed": "33",
    "moved": "36",
    "good": "32",
    "title": "1;36",
}


class Paint:
    """Colour by meaning, or none. Give it text of the final width: it adds characters that take no room."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self._color and text and style else text


def columns(text: str) -> int:
    """How many cells the text takes: CJK and emoji take two, combining marks none."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def filled(parts: Sequence[str], width: int, between: str = "   ") -> list[str]:
    """As many parts on a line as the width holds; a part is broken only where it is longer than a line."""
    lines: list[str] = []
    for part in parts:
        if lines and columns(lines[-1]) + len(between) + columns(part) <= width:
            lines[-1] += between + part
        else:
            lines += wrapped(part, width)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces; a single longer word stays whole, so that it can be copied."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and columns(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
