"""A file into its documents, before any parsing, so that one broken document does not take the others with it.

Bytes in, chunks out: UTF-8 text, the line it starts at, whether the line with `---` carries content. A document that
holds nothing but comments is no document (as for kubectl), so it has no chunk and no index.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Only a marker at the start of a line and followed by white space ends a document, whatever surrounds it.
_MARKER = re.compile(rb"(?:^|\n)(---|\.\.\.)(?=[ \t\r\n]|\Z)")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_CONTENT_AFTER_MARKER = re.compile(rb"---[ \t]+[^ \t\r\n#]")

_WIDE_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """`line` is the line of the file that `data` starts at, from 1. `inline` is content on the line of a `---` that is not the first."""

    data: bytes
    line: int
    inline: bool = False


def as_utf8(data: bytes) -> bytes:
    """Without a byte order mark; UTF-16 and UTF-32 turned into UTF-8. Raises UnicodeDecodeError."""
    for mark, encoding in _WIDE_ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding).encode()
    return data.removeprefix(codecs.BOM_UTF8)


def split(data: bytes) -> Iterator[Chunk]:
    """The documents that hold something, in order. `data` is UTF-8."""
    if b"\r" in data and _BARE_RETURN.search(data):
        # Carriage returns alone end lines too; the parser finds the documents of such a file.
        yield Chunk(data, 1)
        return
    start, line = 0, 1
    for marker in [*_MARKER.finditer(data), None]:
        end = len(data) if marker is None else marker.start(1)
        piece = data[start:end]
        if _is_empty(piece):
            pass
        elif marker is not None and marker[1] == b"---" and _only_directives(piece):
            end = start  # directives belong to the document that follows
        else:
            yield Chunk(piece, line, start > 0 and _CONTENT_AFTER_MARKER.match(piece) is not None)
        if marker is not None:
            line += data.count(b"\n", start, end)
            start = end + (3 if marker[1] == b"..." and end != start else 0)


def _is_empty(piece: bytes) -> bool:
    lines = _lines(piece)
    if piece.startswith(b"---"):
        # A tab is white space after ---, and at the start of a line an error that the parser reports.
        first = next(lines)[3:].strip()
        if first and not first.startswith(b"#"):
            return False
    return all(_is_comment(line) for line in lines)


def _is_comment(line: bytes) -> bool:
    text = line.strip(b" \r")
    return not text or text.startswith(b"#")


def _only_directives(piece: bytes) -> bool:
    return all(_is_comment(line) or line.startswith(b"%") for line in _lines(piece))


def _lines(piece: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(piece):
        end = piece.find(b"\n", start)
        end = len(piece) if end < 0 else end
        yield piece[start:end]
        start = end + 1
