"""Single values changed inside a YAML text, and the text printed anew as go-yaml prints what it has read.

Text and {path of keys and positions: new text} in, text out. NotFaithfulError for what is not certain to come out as
go-yaml would print it: anchors, tags, comments in odd places, texts folded over several lines.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from yaml import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from checker.tools.yaml.events import document_events
from checker.tools.yaml.scalars import Rules, plain
from checker.tools.yaml.write import without_end

Path = tuple[str | int, ...]


class NotFaithfulError(Exception):
    """What go-yaml would print is not certain."""


def rewritten(text: str, changes: Mapping[Path, str]) -> str:
    """The first document with the changes. Raises NotFaithfulError, and BrokenDocumentError for what is no YAML."""
    events = [list(document) for document in document_events(text.encode("utf-8", "surrogateescape"))]
    if len(events) != 1:
        raise NotFaithfulError("several documents")
    comments = _comments(text, events[0])
    printed = _printed(_changed(events[0], dict(changes)))
    return _with_comments(printed, events[0], comments).strip()


def _changed(events: list[Any], changes: dict[Path, str]) -> list[Any]:
    """The events with new scalars where the changes say so."""
    out: list[Any] = []
    stack: list[list[Any]] = []  # [is mapping, key or next position, whether a key comes next]
    for event in events:
        _check(event)
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            stack.pop()
            out.append(event)
            _step(stack)
            continue
        top = stack[-1] if stack else None
        if top is not None and top[0] and top[2]:
            if not isinstance(event, ScalarEvent):
                raise NotFaithfulError("a key that is no text")
            top[1], top[2] = event.value, False
            out.append(event)
            continue
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            out.append(event)
            stack.append([isinstance(event, MappingStartEvent), 0, True])
            continue
        path = tuple(entry[1] for entry in stack)
        out.append(_scalar(event, changes.pop(path)) if path in changes else event)
        _step(stack)
    if changes:
        raise NotFaithfulError("a value that is not there")
    return out


def _step(stack: list[list[Any]]) -> None:
    if stack and stack[-1][0]:
        stack[-1][2] = True
    elif stack:
        stack[-1][1] += 1


def _check(event: Any) -> None:
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
        raise NotFaithfulError("anchors and tags")
    if not isinstance(event, ScalarEvent):
        return
    lines = _line(event.end_mark) - _line(event.start_mark)
    if event.style == ">" or (lines and event.style != "|"):
        raise NotFaithfulError("a text folded over several lines")
    if re.search(r"[\t\r\x85\u2028\u2029\ufeff]|[ ]\n|\A[ \n]|\n\n\Z", event.value):
        raise NotFaithfulError("a text with spaces where they count")


def _line(mark: Any) -> int:
    return int(mark.line)


def _scalar(old: ScalarEvent, text: str) -> ScalarEvent:
    """New text in the old quotes; without any, in quotes where the text alone would change its type, as go-yaml does."""
    style = old.style
    if not style:
        before, after = plain(old.value, Rules.KUSTOMIZE) if old.value else None, plain(text, Rules.KUSTOMIZE) if text else None
        if "\n" in text or (not isinstance(before, str) and type(before) is not type(after)):
            raise NotFaithfulError("a value of another type")
        if isinstance(before, str) and after != text:
            style = '"'
    made = ScalarEvent(None, None, (True, True), text, style=style)
    made.start_mark, made.end_mark = old.start_mark, old.start_mark
    _check(made)
    return made


def _printed(events: list[Any]) -> str:
    from yaml._yaml import CEmitter

    text = io.StringIO()
    emitter = CEmitter(text, width=-1, allow_unicode=True)
    for event in (StreamStartEvent(), DocumentStartEvent(explicit=False), *events, DocumentEndEvent(explicit=False), StreamEndEvent()):
        emitter.emit(event)
    return without_end(text.getvalue())


Comments = tuple[dict[int, list[str]], dict[int, str]]
"""By the line they belong to: those above it, and the one after it."""


def _comments(text: str, events: list[Any]) -> Comments:
    starts, blocks = _lines_of(events)
    above: dict[int, list[str]] = {}
    after: dict[int, str] = {}
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number in blocks:
            continue
        if line.lstrip().startswith("#"):
            waiting.append(line.rstrip())
        elif number in starts:
            trailing = _trailing(line, starts[number])
            if trailing:
                after[number] = trailing
            if waiting:
                above[number] = _beside(waiting, line)
                waiting = []
        elif waiting or "#" in line:
            raise NotFaithfulError("a comment that stands alone")
    if waiting:
        raise NotFaithfulError("a comment at the end")
    if (above or after) and any(getattr(event, "flow_style", False) for event in events):
        raise NotFaithfulError("comments beside flow style")
    return above, after


def _lines_of(events: list[Any]) -> tuple[dict[int, list[Any]], set[int]]:
    """The events that start on each line, and the lines that only go on with a block of text."""
    starts: dict[int, list[Any]] = {}
    blocks: set[int] = set()
    for event in events:
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            continue
        starts.setdefault(_line(event.start_mark), []).append(event)
        if isinstance(event, ScalarEvent) and event.style == "|":
            blocks.update(range(_line(event.start_mark) + 1, _line(event.end_mark)))
    return starts, blocks - starts.keys()


def _beside(comments: list[str], line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    if any(len(comment) - len(comment.lstrip()) != indent for comment in comments):
        raise NotFaithfulError("a comment beside the lines that it stands at")
    return [comment.strip() for comment in comments]


def _trailing(line: str, events: list[Any]) -> str:
    last = events[-1]
    if not isinstance(last, ScalarEvent) or last.style == "|":
        if "#" in line:
            raise NotFaithfulError("a comment after a key")
        return ""
    end: Any = last.end_mark
    rest = line[end.column :]
    found = re.fullmatch(r":?\s*(#.*)?[\s,\]}]*", rest)
    if found is None or not found[1]:
        return ""
    if len(events) < 2 or rest.startswith(":"):
        raise NotFaithfulError("a comment after a key")
    return found[1].rstrip()


def _with_comments(printed: str, events: list[Any], comments: Comments) -> str:
    above, after = comments
    if not above and not after:
        return printed
    places = [event for document in document_events(printed.encode()) for event in document]
    if len(places) != len(events):
        raise NotFaithfulError("comments that lose their place")
    line_of: dict[int, int] = {}
    for old, new in zip(events, places, strict=True):
        if not isinstance(old, MappingEndEvent | SequenceEndEvent):
            line_of.setdefault(old.start_mark.line, new.start_mark.line)
    lines = printed.split("\n")
    for number in sorted(above.keys() | after.keys(), reverse=True):
        at = line_of[number]
        if number in after:
            lines[at] += f" {after[number]}"
        if number in above:
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            lines[at:at] = [indent + comment for comment in above[number]]
    return "\n".join(lines)
