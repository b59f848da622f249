"""Where a value or a key stands in a file: computed only when a finding asks, from the events of one document.

One surprise: a pointer that does not exist is answered with its nearest existing ancestor, because a finding about a
missing field belongs there. Values that came through an alias or `<<` stand where the anchor wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from checker.model.records import dataclass, field
from checker.tools.yaml.load import OversizedError, chunks_of
from checker.tools.yaml.scalars import MERGE_TAG, Rules, ScalarError, key_text, plain, tagged
from checker.tools.yaml.split import BARE_RETURN, ODD_LINE_ENDS, Chunk

Place = tuple[int, int]


@dataclass(slots=True)
class _Node:
    """A scalar, a mapping (`keys` and `items` by key text) or a list (`elements`)."""

    place: Place
    event: Any = None
    keys: dict[str, Place] = field(default_factory=dict)
    items: dict[str, _Node] = field(default_factory=dict)
    elements: list[_Node] | None = None
    pending: _Node | None = None
    """The key whose value comes next."""


def locate(data: bytes, document: int, pointer: str, *, key: bool = False) -> Place | None:
    """Line and column, from 1, of what a JSON pointer names in a document of a file; with `key`, of the key before it.

    The nearest existing ancestor answers for a pointer that does not exist; None where the document cannot be read.
    """
    node = _root(data, document)
    if node is None:
        return None
    found = node.place
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if node.elements is not None and name.isdecimal() and int(name) < len(node.elements):
            node = node.elements[int(name)]
            found = node.place
        elif name in node.items:
            found = node.keys[name] if key else node.items[name].place
            node = node.items[name]
        else:
            break
    return found


@lru_cache(maxsize=16)
def _root(data: bytes, index: int) -> _Node | None:
    chunks = _chunks(data)
    if not BARE_RETURN.search(data) and not ODD_LINE_ENDS.search(data):
        chunks, index = chunks[index : index + 1], 0
    roots = [root for chunk in chunks for root in _roots(chunk)]
    return roots[index] if index < len(roots) else None


@lru_cache(maxsize=4)
def _chunks(data: bytes) -> tuple[Chunk, ...]:
    try:
        return tuple(chunks_of(data))
    except (UnicodeDecodeError, OversizedError):
        return ()


def _roots(chunk: Chunk) -> Iterator[_Node | None]:
    """The root of every document, None for one that is broken: after it nothing of the chunk is read."""
    from checker.tools.yaml.events import BrokenDocumentError, document_events

    try:
        for events in document_events(chunk.data):
            yield _tree(events, chunk.line)
    except BrokenDocumentError:
        yield None


def _tree(events: Iterator[Any], first_line: int) -> _Node:
    from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

    root = _Node((first_line, 1), elements=[])
    stack = [root]
    anchors: dict[str, _Node] = {}
    for event in events:
        kind = type(event)
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            stack.pop()
            continue
        node = _Node((event.start_mark.line + first_line, event.start_mark.column + 1))
        if kind is AliasEvent:
            node = anchors.get(event.anchor, node)
        elif event.anchor is not None:
            anchors[event.anchor] = node
        if kind is ScalarEvent:
            node.event = event
        elif kind is SequenceStartEvent:
            node.elements = []
        _put(stack[-1], node, (event.start_mark.line + first_line, event.start_mark.column + 1))
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            stack.append(node)
    return root.elements[0] if root.elements else root


def _put(parent: _Node, node: _Node, place: Place) -> None:
    if parent.elements is not None:
        parent.elements.append(node)
    elif parent.pending is None:
        # the place of a key that is an alias is the alias
        parent.pending = _Node(place, event=node.event)
    else:
        key, parent.pending = parent.pending, None
        if _is_merge(key.event):
            for source in node.elements if node.elements is not None else [node]:
                for name, value in source.items.items():
                    parent.items.setdefault(name, value)
                    parent.keys.setdefault(name, source.keys[name])
            return
        for name in _names(key.event):
            parent.items[name] = node
            parent.keys[name] = key.place


def _is_merge(event: Any) -> bool:
    return event is not None and event.value == "<<" and (event.implicit[0] or event.tag == MERGE_TAG)


def _names(event: Any) -> tuple[str, ...]:
    """A key as either set of rules spells it."""
    if event is None:
        return ()
    if event.tag is None and not event.implicit[0]:
        return (event.value,)
    try:
        value = tagged(event.value, event.tag, Rules.KUBERNETES) if event.tag else plain(event.value, Rules.KUBERNETES)
        return (event.value, key_text(value))
    except ScalarError:
        return (event.value,)
