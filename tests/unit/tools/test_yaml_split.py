"""A file into documents: what expressions for the whole of a file say of markers and of what goes before the content."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from checker.tools.yaml.split import split

_MARKER = re.compile(rb"\n(?=(?:---|\.\.\.)(?:[ \t\r\n]|\Z))")
_LEADING = re.compile(rb"(?:---(?=[ \t\r\n]|\Z)[ \t]*)?(?: *(?:#[^\n]*|\r?)\n)*+(?: *(?:#[^\n]*|\r?)\Z)?")
_PARTS = [b"\n---", b"---", b"\n...", b"...", b" ", b"\t", b"\n", b"\r\n", b"# x", b"a: b", b"- ", b"-"]


@given(st.lists(st.sampled_from(_PARTS), max_size=9).map(b"".join))
@example(b"a: b\n---")
@example(b"---\t\n# x\n---\n  \na: b")
@example(b"a: b\n---\n---x\n--- a\n")
def test_documents_are_what_lies_between_markers_and_holds_something(data: bytes) -> None:
    found = []
    line = 1
    for number, text in enumerate(re.split(_MARKER, data)):
        piece = text + b"\n" if number < len(re.split(_MARKER, data)) - 1 else text
        rest = piece[3:] if number and piece.startswith(b"...") else piece
        before = _LEADING.match(rest)
        assert before is not None
        if before.end() != len(rest):
            found.append((rest, line, line + rest.count(b"\n", 0, before.end())))
        line += piece.count(b"\n")
    assert [(chunk.data, chunk.line, chunk.content_line) for chunk in split(data)] == found
