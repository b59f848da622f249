"""A file into its documents, before any parsing, so that one broken document does not take the others with it.

Bytes in, chunks out: UTF-8 text, the line it starts at, whether the line with `---` carries content. A document that
holds nothing but comments is no document (as for kubectl), so it has no chunk and no index.
"""

from __future__ import annotations

import codecs

from checker.model.patterns import pattern
from checker.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

BARE_RETURN = pattern(rb"\r(?!\n)")
# Line ends of YAML 1.1 that only the parser knows.
ODD_LINE_ENDS = pattern(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")
# kubectl hands each document but the first to the parser without its marker: a byte order mark there opens a stream.
_MARKED = pattern(rb"\A(---[^\n]*\n)\xef\xbb\xbf")
_DIRECTIVES = pattern(rb"(?: *(?:#[^\n]*|\r?)\n)*+%[^\n]*\n(?:(?:%[^\n]*| *#[^\n]*| *\r?)\n)*+\Z")

_BLANKS = (b" ", b"\t")
_AFTER_MARKER = (b"", *_BLANKS, b"\r", b"\n")

_WIDE_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class Chunk:
    """One document's text, which starts at `line` of the file, counted from 1, and its content at `content_line`.

    `inline` is content on the line of a `---` that is not the first line of the file.
    """

    data: bytes
    line: int
    content_line: int
    inline: bool = False


def as_utf8(data: bytes) -> bytes:
    """Without a byte order mark; UTF-16 and UTF-32 turned into UTF-8. Raises UnicodeDecodeError."""
    for mark, encoding in _WIDE_ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding).encode()
    return data.removeprefix(codecs.BOM_UTF8)


def split(data: bytes) -> Iterator[Chunk]:
    """The documents that hold something, in order. `data` is UTF-8."""
    if b"\r" in data and BARE_RETURN.search(data):
        # Carriage returns alone end lines too; the parser finds the documents of such a file.
        yield Chunk(data, 1, 1)
        return
    ascii_only, directives = data.isascii(), b"%" in data
    start, line, pending = 0, 1, -1
    for end, next_start in _pieces(data):
        begin = start if pending < 0 else pending
        piece = data[begin:end]
        if directives and pending < 0 and data.startswith(b"---", next_start) and _DIRECTIVES.match(piece):
            pending = begin  # directives belong to the document that follows
        else:
            pending = -1
            if begin and not ascii_only and codecs.BOM_UTF8 in piece:
                piece = _MARKED.sub(rb"\1", piece)
            before = _content(piece)
            if before != len(piece) or (not ascii_only and ODD_LINE_ENDS.search(piece)):
                lines = piece.count(b"\n", 0, before)
                yield Chunk(piece, line, line + lines, start > 0 and not lines and piece.startswith(b"---"))
        if pending < 0:
            line += data.count(b"\n", begin, next_start)
        start = next_start


def _pieces(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each piece ends and the next one starts: at a `---`, or after a `...`.

    Only a marker at the start of a line and followed by white space ends a document, whatever surrounds it.
    """
    places = [(end, end) for end in _markers(data, b"\n---")]
    if b"\n..." in data:
        places = sorted([*places, *((end, end + 3) for end in _markers(data, b"\n..."))])
    yield from places
    yield len(data), len(data)


def _markers(data: bytes, marker: bytes) -> Iterator[int]:
    at = data.find(marker)
    while at >= 0:
        if data[at + 4 : at + 5] in _AFTER_MARKER:
            yield at + 1
        at = data.find(marker, at + 4)


def _content(piece: bytes) -> int:
    """Where the content begins, past a marker, blank lines and comments; the end where there is none.

    A tab is white space after ---, and at the start of a line an error that the parser reports.
    """
    at = 0
    if piece.startswith(b"---") and piece[3:4] in _AFTER_MARKER:
        at = 3
        while piece[at : at + 1] in _BLANKS:
            at += 1
    while at < len(piece):
        first = at
        while piece[first : first + 1] == b" ":
            first += 1
        if piece[first : first + 1] not in (b"", b"#", b"\n") and piece[first : first + 2] not in (b"\r", b"\r\n"):
            return at
        at = piece.find(b"\n", first) + 1 or len(piece)
    return at
