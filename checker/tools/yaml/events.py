"""libyaml behind one small wall: a document's text to its events, errors in our own words.

Texts that libyaml alone would read differently from go-yaml are mended here: a colon at the end of a plain scalar inside
[] or {}, the escapes `\\'` and `\\/`, byte order marks inside, and a declared version of YAML.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from yaml import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)
from yaml._yaml import CParser
from yaml.reader import ReaderError

MAX_DEPTH = 250
"""Deeper than any manifest; every walk over a value may recurse this far."""

TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
MAX_SHIELDS = 100

_MISREAD = re.compile(rb"[^\s\"']:[,?\[\]{}]|\\'")
_ESCAPE = "found unknown escape character"


class BrokenDocumentError(Exception):
    """The document cannot be read. `line` and `column` count from 1 within the text given."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class MisreadError(BrokenDocumentError):
    """libyaml stumbles over something that go-yaml reads; see `shielded`. `index` counts characters."""

    def __init__(self, message: str, line: int, column: int, *, index: int) -> None:
        super().__init__(message, line, column)
        self.index = index


def document_events(text: bytes) -> Iterator[Iterator[Any]]:
    """The events inside each document of the text; each iterator must be used up before the next. Raises BrokenDocumentError."""
    with translated(text):
        parser = Parser(*shielded(text)) if _MISREAD.search(text) else Parser(text)
        while starts_document(parser):
            yield _inside(parser, text)


class Parser(CParser):
    """libyaml's parser. `shield` stands in the text for a colon or a backslash that libyaml alone would trip over."""

    def __init__(self, text: bytes, shield: str = "") -> None:
        text, self._meant = _disguised(text, shield)
        super().__init__(text)
        if shield:
            self._meant += ((shield + "'", "'"), (shield, ":"))
        self.next_event: Callable[[], Any] = self._restored if self._meant else self.get_event

    def _restored(self) -> Any:
        event: Any = self.get_event()
        if type(event) is ScalarEvent:
            for stand_in, meant in self._meant:
                event.value = event.value.replace(stand_in, meant)
        return event


def _disguised(text: bytes, taken: str) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """The text with what libyaml would read and go-yaml would not behind characters that stand for it, and what each means.

    To go-yaml `\\/` is no escape, and a byte order mark anywhere but at the start is a character like others.
    """
    meant: tuple[tuple[str, str], ...] = ()
    if b"\\/" in text:
        slash = _unused(text, taken)
        text, meant = text.replace(b"\\/", b"\\" + slash.encode()), ((slash, "/"),)
    if codecs.BOM_UTF8 in text:
        start = len(codecs.BOM_UTF8) if text.startswith(codecs.BOM_UTF8) else 0
        mark = _unused(text, taken)
        text = text[:start] + text[start:].replace(codecs.BOM_UTF8, mark.encode())
        meant += ((mark, "\ufeff"),)
    return text, meant


def _unused(text: bytes, taken: str) -> str:
    """A character of the private use area that is not in the text."""
    content = text.decode("utf-8", "surrogateescape") + taken
    return next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in content)


def shielded(text: bytes) -> tuple[bytes, str]:
    """Two things that go-yaml reads and libyaml refuses: a colon at the end of a plain scalar inside [] or {}, which is part of it
    (`[http:, b]`), and `\\'` in double quotes."""
    shield = _unused(text, "")
    for _ in range(MAX_SHIELDS):
        try:
            with translated(text):
                parser = Parser(text)
                while starts_document(parser):
                    deque(_inside(parser, text), maxlen=0)
            break
        except MisreadError as error:
            content = text.decode()
            at = error.index + content.startswith("\ufeff")
            text = (content[:at] + shield + content[at + 1 :]).encode()
        except BrokenDocumentError:
            break  # reported when it is read
    return text, shield


def _inside(parser: Parser, text: bytes) -> Iterator[Any]:
    depth = 0
    with translated(text):
        while (kind := type(event := parser.next_event())) is not DocumentEndEvent:
            depth += (kind in _STARTS) - (kind in _ENDS)
            if depth > MAX_DEPTH:
                raise BrokenDocumentError(TOO_DEEP, *place_of(event))
            yield event


_STARTS = frozenset((MappingStartEvent, SequenceStartEvent))
_ENDS = frozenset((MappingEndEvent, SequenceEndEvent))


def starts_document(parser: Parser) -> bool:
    while True:
        event: Any = parser.get_event()
        if event is None or type(event) is StreamEndEvent:
            return False
        if type(event) is DocumentStartEvent:
            if event.version not in (None, (1, 1)):
                raise BrokenDocumentError("only YAML 1.1 can be declared; Kubernetes refuses other %YAML versions", *place_of(event))
            return True


@contextmanager
def translated(text: bytes) -> Iterator[None]:
    """Turns libyaml's errors into ours."""
    try:
        yield
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        place = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        problem = str(error.problem or error.context)
        rest = _line(text, place[0])[place[1] - 1 :]
        if problem == "found unexpected ':'" or (problem == _ESCAPE and rest.startswith("\\'")):
            raise MisreadError(_explained(problem, rest), *place, index=0 if mark is None else mark.index) from error
        raise BrokenDocumentError(_explained(problem, rest), *place) from error
    except ReaderError as error:
        raise BrokenDocumentError(*_unreadable(text, error)) from error
    except YAMLError as error:
        raise BrokenDocumentError(str(error), 1, 1) from error


def place_of(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _line(text: bytes, number: int) -> str:
    return b"".join(text.split(b"\n")[number - 1 : number]).decode("utf-8", "replace")


def _explained(problem: str, rest_of_line: str) -> str:
    if problem == "exceeded maximum nesting depth":
        # libyaml's own limit, of newer versions: its scanner counts open brackets before their events reach us
        return TOO_DEEP
    advice = next((advice for fragment, advice in _ADVICE.items() if fragment in problem), None)
    if rest_of_line.startswith("\\/"):
        advice = "Kubernetes refuses JSON's \\/ in YAML; write / alone"
    if rest_of_line.startswith("\t"):
        advice = "indent with spaces, not tabs"
    return f"{problem}: {advice}" if advice else problem


_ADVICE = {
    _ESCAPE: "write the backslash twice, or put the text in single quotes",
    "that cannot start any token": "quote the value",
    "mapping values are not allowed": "check the indentation, or quote a value that holds ': '",
    "did not find expected key": "check the indentation and the quotes of the lines before",
    "could not find expected ':'": "check the indentation and the quotes of the lines before",
    "did not find expected alphabetic or numeric character": "quote a value that starts with * or &",
}


def _unreadable(text: bytes, error: ReaderError) -> tuple[str, int, int]:
    """What and where, counted in characters: libyaml counts in bytes and past the start of a broken sequence."""
    what, position = str(error.reason), error.position
    try:
        text.decode()
    except UnicodeDecodeError as broken:
        what, position = "not UTF-8", broken.start
    before = text[:position]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return what, before.count(b"\n") + 1, column
