"""One document's events to its value: the exact loader.

Comes in: UTF-8 text of one document (or of several that only the parser can tell apart). Goes out: values as JSON has
them, with duplicate keys beside. Built without recursion, so that depth and aliases are bounded before anything is
built. One surprise: an alias becomes a copy, so that no two places of a value share a mutable part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeAlias

from yaml import AliasEvent, DocumentEndEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from checker.model.objects import JSONValue
from checker.model.records import dataclass, field
from checker.tools.yaml.events import (
    MAX_DEPTH,
    TOO_DEEP,
    BrokenDocumentError,
    MisreadError,
    Parser,
    place_of,
    shielded,
    starts_document,
    translated,
)
from checker.tools.yaml.scalars import (
    MERGE_TAG,
    STR_TAG,
    Rules,
    Scalar,
    ScalarError,
    is_timestamp,
    key_text,
    narrowed,
    plain,
    refolded,
    tagged,
)

_KEY_NOT_SCALAR = "a key must be a single value, not a mapping or a list; quote a template's {{ }}"

NO_KEY = object()
_MERGE_KEY = object()
_DROPPED_KEY = object()
_UNSEEN = object()


Duplicate: TypeAlias = tuple[str, int, int, bool]
"""Message, line, column, and whether the key overrides one that `<<` brought, as it is meant to."""


@dataclass(slots=True)
class Built:
    """A document: its value, its duplicate keys as (message, line, column), and the line it starts at."""

    line: int
    value: JSONValue = None
    duplicates: list[Duplicate] = field(default_factory=list)


@dataclass(slots=True)
class _Anchor:
    """What an alias stands for. `nodes` and `depth` of the value are counted when the first alias asks."""

    value: Any
    complete: bool
    nodes: int = 0
    depth: int = 0


def build_documents(text: bytes, builder: Callable[[Parser], Builder]) -> Iterator[Built]:
    """Every document of the text, lazily: those before a broken one still come out. Raises BrokenDocumentError."""
    done = 0
    try:
        for built in _built(Parser(text), text, builder):
            done += 1
            yield built
    except MisreadError:
        text, shield = shielded(text)
        yield from islice(_built(Parser(text, shield), text, builder), done, None)


def _built(parser: Parser, text: bytes, builder: Callable[[Parser], Builder]) -> Iterator[Built]:
    with translated(text):
        while starts_document(parser):
            yield builder(parser).document()


class Builder:
    """Values of one document from its events. `_top` is the container under construction; outer ones wait on `_stack`."""

    def __init__(self, parser: Parser, rules: Rules) -> None:
        self._next = parser.next_event
        self._rules = rules
        self._plain: dict[str, Scalar] = {}
        self._anchors: dict[str, _Anchor] = {}
        self._stack: list[tuple[Any, Any, list[Any], set[Any], _Anchor | None, bool]] = []
        self._top: Any = None
        self._key: Any = NO_KEY
        self._merged: list[Any] = []
        self._brought: set[Any] = set()
        """Mappings to merge when the mapping under construction ends (v3)."""
        self._anchor: _Anchor | None = None
        self._flow = False
        """Inside [] or {}."""
        self._nodes = 0
        self._aliased = 0
        self._duplicates: list[Duplicate] = []

    def document(self) -> Built:
        event: Any = self._next()
        line = event.start_mark.line + 1
        try:
            while True:
                kind = type(event)
                if kind is ScalarEvent:
                    self._put(self._scalar(event), event)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    self._open({} if kind is MappingStartEvent else [], event)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    self._put(self._close(), event)
                elif kind is AliasEvent:
                    self._put(self._alias(event), event)
                elif kind is DocumentEndEvent:
                    return Built(line, self._top, self._duplicates)
                event = self._next()
        except ScalarError as error:
            raise BrokenDocumentError(str(error), *place_of(event)) from error

    def _scalar(self, event: Any) -> Scalar:
        text: str = event.value
        if event.tag is not None:
            unforced = event.tag == "!" and not event.style and self._rules is Rules.KUSTOMIZE
            value = plain(text, self._rules) if unforced else tagged(text, event.tag, self._rules)
        elif event.implicit[0]:
            if self._flow and "?" in text:
                raise BrokenDocumentError("quote a text with ? inside [] or {}", *place_of(event))
            if self._flow and not text and self._rules is Rules.KUSTOMIZE:
                return text  # kustomize prints a missing value there as '' before it reads it again
            found: Any = self._plain.get(text, _UNSEEN)
            if found is _UNSEEN:
                found = self._plain[text] = plain(text, self._rules)
            value = found
        elif event.style == ">" and self._rules is Rules.KUSTOMIZE:
            value = refolded(text)
        else:
            value = text
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, complete=True)
        return value

    def _open(self, container: Any, event: Any) -> None:
        if type(self._top) is dict and self._key is NO_KEY:
            raise BrokenDocumentError(_KEY_NOT_SCALAR, *place_of(event))
        if len(self._stack) >= MAX_DEPTH:
            raise BrokenDocumentError(TOO_DEEP, *place_of(event))
        self._stack.append((self._top, self._key, self._merged, self._brought, self._anchor, self._flow))
        self._top, self._key, self._merged, self._brought, self._anchor = container, NO_KEY, [], set(), None
        self._flow = self._flow or event.flow_style
        if event.anchor is not None:
            self._anchor = self._anchors[event.anchor] = _Anchor(container, complete=False)

    def _close(self) -> Any:
        value = self._top
        for source in self._merged:
            for key, merged in source.items():
                value.setdefault(key, merged)
        if self._anchor is not None:
            self._anchor.complete = True
        self._top, self._key, self._merged, self._brought, self._anchor, self._flow = self._stack.pop()
        return value

    def _put(self, value: Any, event: Any) -> None:
        self._nodes += 1
        top = self._top
        if type(top) is dict:
            key = self._key
            if key is NO_KEY:
                self._key = self._as_key(value, event)
                return
            self._key = NO_KEY
            if key is _MERGE_KEY:
                self._merge(value, event)
            elif key is not _DROPPED_KEY:
                top[key] = narrowed(value) if type(value) is float else value
        elif type(top) is list:
            top.append(narrowed(value) if type(value) is float else value)
        else:
            self._top = narrowed(value) if type(value) is float else value

    def _as_key(self, value: Any, event: Any) -> Any:
        scalar = type(event) is ScalarEvent
        if scalar and event.value == "<<" and (event.implicit[0] or event.tag == MERGE_TAG):
            key: Any = _MERGE_KEY
        elif type(value) is dict or type(value) is list:
            raise BrokenDocumentError(_KEY_NOT_SCALAR, *place_of(event))
        elif self._rules is Rules.KUSTOMIZE:
            key = self._kustomize_key(value, event)
        else:
            key = value if type(value) is str else key_text(value)
        if key in self._top:
            self._duplicates.append((f'key "{key}" is already set in this mapping', *place_of(event), key in self._brought))
            self._brought.discard(key)
        return key

    def _kustomize_key(self, value: Any, event: Any) -> Any:
        """kustomize keeps the text of the keys of the outermost mapping, and below it fails for keys that are not text."""
        written = event if type(event) is ScalarEvent else None
        quoted = written is not None and written.tag is None and not written.implicit[0]
        missing = written is not None and written.value == "" and written.tag is None
        foreign = written is not None and written.tag not in (None, STR_TAG)
        if quoted or missing or (type(value) is str and not foreign and not is_timestamp(value)):
            return value or ""
        if len(self._stack) > 1:
            raise BrokenDocumentError("kustomize refuses keys that are not text here; quote it", *place_of(event))
        if value is None:
            return _DROPPED_KEY
        return written.value if written is not None else key_text(value)

    def _merge(self, value: Any, event: Any) -> None:
        aliased = type(event) is AliasEvent
        sources = value if type(value) is list and not aliased else [value]
        if any(type(source) is not dict for source in sources):
            raise BrokenDocumentError("<< takes a mapping or a list of mappings", *place_of(event))
        if self._rules is Rules.KUSTOMIZE:
            if self._merged:
                self._duplicates.append(('key "<<" is already set in this mapping', *place_of(event), False))
            self._merged.extend(sources)
            return
        # go-yaml v2 merges on the spot: what stands before is overwritten, and in strict mode a duplicate.
        for source in reversed(sources):
            for key, merged in source.items():
                if key in self._top:
                    self._duplicates.append(
                        (f'key "{key}" is already set in this mapping, and << sets it again', *place_of(event), key in self._brought)
                    )
                self._top[key] = merged
                self._brought.add(key)

    def _alias(self, event: Any) -> Any:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise BrokenDocumentError(f"unknown anchor '{event.anchor}'", *place_of(event))
        if not anchor.complete:
            raise BrokenDocumentError(f"anchor '{event.anchor}' contains itself", *place_of(event))
        if not anchor.nodes:
            anchor.nodes, anchor.depth = _measure(anchor.value)
        self._nodes += anchor.nodes
        self._aliased += anchor.nodes
        if self._aliased > 100 and self._nodes > 1000 and self._aliased / self._nodes > _allowed_share(self._nodes):
            raise BrokenDocumentError("aliases make this document far larger than its text", *place_of(event))
        if len(self._stack) + anchor.depth > MAX_DEPTH:
            raise BrokenDocumentError(TOO_DEEP, *place_of(event))
        return _copied(anchor.value)


def _allowed_share(nodes: int) -> float:
    """How much of a document may come from aliases: go-yaml's limit, 99% up to 400,000 nodes falling to 10% at 4,000,000."""
    return 0.99 - 0.89 * min(1.0, max(0.0, (nodes - 400_000) / 3_600_000))


def _measure(value: Any) -> tuple[int, int]:
    """Nodes, keys included, and levels of containers."""
    nodes, depth = 1, 0
    if type(value) is dict or type(value) is list:
        nodes += len(value) if type(value) is dict else 0
        for item in value.values() if type(value) is dict else value:
            below, levels = _measure(item)
            nodes += below
            depth = max(depth, levels)
        depth += 1
    return nodes, depth


def _copied(value: Any) -> Any:
    if type(value) is dict:
        mapping = {}
        for key, item in value.items():
            mapping[key] = _copied(item)
        return mapping
    if type(value) is list:
        items = []
        for item in value:
            items.append(_copied(item))  # noqa: PERF401 - a comprehension is one more stack frame a level
        return items
    return value
