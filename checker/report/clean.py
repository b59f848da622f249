"""Text from the repository -> text that cannot do anything to a terminal, a page or a reader's eyes.

What is invisible becomes visible: control and ANSI characters, bidirectional and zero-width ones, odd spaces, undecodable bytes. Newlines
too: a name with a line break in it must not start a line of its own in a report.
"""

from __future__ import annotations

from checker.model.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# Not caught by str.isprintable: letters and symbols without a shape (Unicode's Default_Ignorable_Code_Point, and the blank braille cell)
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# What build logs take as commands: GitHub and Azure at any place in a line (`##[`, `##vso[`), TeamCity, and GitHub at its start (`::error`)
_COMMAND = pattern(r"(?<=#)#(?=\[|vso\[|teamcity\[)|(?:(?<=\s)|^)::(?=[A-Za-z-]+(?:\s|:))")
_LONE = pattern("[\ud800-\udfff]")


def visible(text: str) -> str:
    """One line, every character of it seen."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(char if char.isprintable() and char not in _SHAPELESS else _escaped(char) for char in text)
    return _COMMAND.sub(_spelled, text) if "##" in text or "::" in text else text


def well_formed(text: str) -> str:
    """The text itself with undecodable bytes written out, for formats that escape the rest by their own rules."""
    return _LONE.sub(lambda match: _escaped(match[0]), text)


def uri_path(path: str) -> str:
    """The path in an address; undecodable bytes as the bytes they were."""
    from urllib.parse import quote

    return quote(
        _LONE.sub(lambda match: match[0] if "\udc80" <= match[0] <= "\udcff" else _escaped(match[0]), path).encode(
            "utf-8", "surrogateescape"
        )
    )


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut in the middle: both ends of a name or value tell it apart."""
    if len(text) <= limit:
        return text
    tail = max(0, (limit - 1) // 3)
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def shown(text: str, limit: int = 200) -> str:
    """Visible and short: what a name may look like in a report. Cut first, so that a megabyte costs nothing."""
    return visible(shorten(text, limit))


def sentence(text: str) -> str:
    """As `shown`, for messages."""
    return shown(text, 1000)


def json_dump(value: object) -> str:
    """JSON in ASCII: text is kept exactly, and what a log would take as a command is spelt with an escape."""
    import json

    return json.dumps(value, indent=1).replace("##", "#\\u0023") + "\n"


def _spelled(match: re.Match[str]) -> str:
    return "\\x23" if match[0] == "#" else ":\\x3a"


def _escaped(char: str) -> str:
    # os.fsdecode keeps undecodable bytes as lone surrogates U+DC80..U+DCFF
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return ascii(char)[1:-1]
