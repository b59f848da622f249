"""What was rendered in one repository before: under the name of all that a unit is given, what it read and what came of it.

Two entries of the store: one that holds nearly everything, and a young one beside it, so that a run which rendered little
writes little. A path with the content that was read there stands once in an entry, however many units read it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from checker.tools.cache import Store
from checker.tools.installation import installation

VARIANTS = 4
"""Renders of one unit: both sides of a change are found, and a branch one comes back to."""
YOUNG = 64
"""Units in the young entry; with more of them the two become one."""
MOST = 50_000
"""Units that are remembered: those of this run first, then the others."""

Reads = Mapping[str, str | None]


class Variant(NamedTuple):
    """`content` is the digest of all that the render says; `keys` and `notes` are those of its objects and notes, as plain data."""

    reads: Reads
    pinned: Reads
    content: str
    keys: Sequence[tuple[str, str, str, str]]
    notes: Sequence[Any]


class Index:
    def __init__(self, store: Store, repository: str) -> None:
        self._store = store
        self._names = tuple(store.name("renders", age, installation(), repository) for age in ("old", "young"))
        self._old, self._young = (_Page(store.get(name)) for name in self._names)
        self._fresh = _Page(None)
        self._used: dict[str, None] = {}
        self._seen = ""

    def variants(self, name: str) -> Iterator[Variant]:
        """The youngest first."""
        for page in (self._fresh, self._young, self._old):
            if name in page.units:
                self._used[name] = None
                yield from map(page.variant, page.units[name])

    def note(self, name: str, variant: Variant) -> None:
        self._fresh.add(name, variant)

    def seen(self, listing: str) -> Reads | None:
        """What reads see in the tree with this listing, as far as they were looked up; None for another tree than the last one noted."""
        return self._old.seen() if listing == self._old.listing else None

    def note_seen(self, listing: str, reads: Reads) -> None:
        """The first tree of a run is the one that the next run is likely to begin with."""
        if not self._seen:
            self._seen = listing
            if listing != self._old.listing:
                self._fresh.note_seen(listing, reads)

    def save(self) -> None:
        """Only what is new is written, until that is much."""
        fresh = self._fresh
        if not fresh.units and not fresh.listing:
            return
        if fresh.listing or len(fresh.units) + len(self._young.units) > YOUNG:
            pages = (fresh, self._young, self._old)
            others = (name for page in pages for name in page.units)
            names = dict.fromkeys(islice(dict.fromkeys((*fresh.units, *self._used, *others)), MOST))
            self._old = _joined(names, pages)
            self._young = _Page(None)
            self._store.put(self._names[0], self._old.to_bytes())
        else:
            self._young = _joined({**fresh.units, **self._young.units}, (fresh, self._young))
        self._store.put(self._names[1], self._young.to_bytes())
        self._fresh = _Page(None)


class _Page:
    """One entry. A stored variant names its reads by their positions among all pairs of path and content."""

    def __init__(self, data: bytes | None) -> None:
        self._pairs: list[tuple[str, str | None]] = []
        self.units: dict[str, list[tuple[Any, ...]]] = {}
        self.listing = ""
        self._seen: tuple[int, ...] = ()
        if data is not None:
            self._pairs, self.units, self.listing, self._seen = marshal.loads(data)  # noqa: S302 - the store has verified it
        self._positions: dict[tuple[str, str | None], int] | None = None
        self._texts: dict[str, str] = {}

    def to_bytes(self) -> bytes:
        return marshal.dumps((self._pairs, self.units, self.listing, self._seen))

    def variant(self, stored: tuple[Any, ...]) -> Variant:
        reads, pinned, content, keys, notes = stored
        return Variant(dict(map(self._pairs.__getitem__, reads)), dict(pinned), content, keys, notes)

    def add(self, name: str, variant: Variant) -> bool:
        """At the end of those of its name; False where they are enough or it is among them."""
        stored = (
            self._numbers(variant.reads),
            tuple(variant.pinned.items()),
            variant.content,
            [tuple(self._texts.setdefault(text, text) for text in key) for key in variant.keys],
            variant.notes,
        )
        known = self.units.setdefault(name, [])
        if len(known) >= VARIANTS or any(one[:2] == stored[:2] for one in known):
            return False
        known.append(stored)
        return True

    def seen(self) -> Reads:
        return dict(map(self._pairs.__getitem__, self._seen))

    def note_seen(self, listing: str, reads: Reads) -> None:
        self.listing, self._seen = listing, self._numbers(reads)

    def _numbers(self, reads: Reads) -> tuple[int, ...]:
        if self._positions is None:
            self._positions = {pair: number for number, pair in enumerate(self._pairs)}
        positions = self._positions
        found = []
        for pair in reads.items():
            number = positions.get(pair)
            if number is None:
                number = positions[pair] = len(self._pairs)
                self._pairs.append(pair)
            found.append(number)
        return tuple(found)


def _joined(names: Mapping[str, object], pages: Sequence[_Page]) -> _Page:
    """The units of these names; of each the variants of the first pages first."""
    made = _Page(None)
    for name in names:
        for page in pages:
            for stored in page.units.get(name, ()):
                made.add(name, page.variant(stored))
    listed = next((page for page in pages if page.listing), None)
    if listed is not None:
        made.note_seen(listed.listing, listed.seen())
    return made
