"""Renders kept from one run to the next, and why one that comes back is the one that would be made now.

A render is a function of the unit, the options, this program, and what it reads; nothing else reaches it. So an entry's
name is the digest of the first three - every field of the unit and of the options, by reflection, and every byte of the
program with what is installed beside it - and the entry itself lists the fourth: each path with the content that was read
there, misses, listings and ends of links included, each other revision with the identity of all its files. It comes back
only where all of these are the same in the tree at hand. A few variants are kept under one name, so that both sides of a
change, and a branch one comes back to, are found.

Not kept: failures, which may be of the moment (time, memory, a program that is missing); renders that took something from
outside (a fetched chart, the clock, chance); renders that hold a secret value elsewhere than in a Secret; and anything read from
a work tree, whose files may have changed between the look at their identity and the look at their content.

Secret values do not get here: they were replaced by digests, under a key that only this store knows. Reports show those
under a key of the run (`checker.render.redact.rekeyed`), so that two reports cannot be compared with each other.
"""

from __future__ import annotations

import marshal
from dataclasses import fields
from operator import attrgetter
from typing import NamedTuple

from checker.model.objects import KubeObject
from checker.model.tree import Identities
from checker.model.units import BuiltUnit, DeployUnit, Rendered
from checker.pipeline.fingerprint import fingerprint
from checker.pipeline.stored import from_bytes, to_bytes
from checker.render.named import hints_at_secrets, holds_secrets
from checker.render.options import RenderOptions, RevisionTree
from checker.tools.cache import Store
from checker.tools.installation import installation

VARIANTS = 4
GROUPS = 64
"""Groups of objects whose digests are at hand: more would keep objects in memory that nobody asks about again."""
RECORDED = frozenset({"revision_tree", "tags"})
"""Options that an entry accounts for: it holds the revisions that were read, and what looks at tags is not kept."""
_OBJECTS = ("declaration", "related")
_SIMPLE = attrgetter(*(field.name for field in fields(DeployUnit) if field.name not in _OBJECTS))
"""Every other field of a unit, also what no renderer looks at today: plain values, whose `repr` tells them apart."""


class Recalled(NamedTuple):
    """A render, and the digest of all that it says."""

    rendered: Rendered
    content: str


class _Variant(NamedTuple):
    reads: dict[str, str | None]
    pinned: dict[str, str | None]
    data: bytes


class RenderCache:
    def __init__(self, store: Store, options: RenderOptions) -> None:
        self._store = store
        self._about = store.name("options", installation(), fingerprint(options, unseen=RECORDED))
        self._revisions = options.revision_tree
        self._objects: dict[tuple[int, ...], tuple[tuple[KubeObject, ...], str]] = {}

    def recall(self, unit: DeployUnit, tree: Identities) -> Recalled | None:
        """What the unit renders to in the tree, None where nobody knows."""
        for variant in self._load(self._name(unit)):
            if tree.unchanged(variant.reads) and _same_revisions(variant.pinned, self._revisions):
                return Recalled(from_bytes(variant.data, variant.reads, variant.pinned), self._content(variant.data))
        return None

    def keep(self, unit: DeployUnit, built: BuiltUnit) -> str:
        """Remember a fresh render; the digest of all that it says, empty where it may not be remembered."""
        rendered = built.result
        if not isinstance(rendered, Rendered) or rendered.outside:
            return ""
        try:
            data = to_bytes(rendered)
        except ValueError:
            return ""
        if hints_at_secrets(data.decode("latin-1")) and any(map(holds_secrets, rendered.objects)):
            return ""
        name = self._name(unit)
        fresh = _Variant(dict(rendered.reads), dict(rendered.pinned), data)
        others = [known for known in self._load(name) if (known.reads, known.pinned) != (fresh.reads, fresh.pinned)]
        self._store.put(name, marshal.dumps([tuple(variant) for variant in (fresh, *others[: VARIANTS - 1])]))
        return self._content(data)

    def _load(self, name: str) -> list[_Variant]:
        data = self._store.get(name)
        return [_Variant(*variant) for variant in marshal.loads(data)] if data else []  # noqa: S302 - the store has verified it

    def _content(self, data: bytes) -> str:
        return self._store.name("content", data)

    def _name(self, unit: DeployUnit) -> str:
        declared = () if unit.declaration is None else (unit.declaration,)
        return self._store.name("render", self._about, repr(_SIMPLE(unit)), self._text(declared), self._text(unit.related))

    def _text(self, objects: tuple[KubeObject, ...]) -> str:
        """Many units share the objects beside them: each group is looked at once."""
        key = tuple(map(id, objects))
        known = self._objects.get(key)
        if known is None:
            if len(self._objects) >= GROUPS:
                self._objects.clear()  # what came from another process is never met again
            texts = [repr((obj.body, obj.origin, obj.contributors)) for obj in objects]
            known = self._objects[key] = (objects, self._store.name("objects", *texts))
        return known[1]


def _same_revisions(pinned: dict[str, str | None], revisions: RevisionTree | None) -> bool:
    from checker.model.paths import ROOT

    for revision, identity in pinned.items():
        tree = revisions(revision) if revisions is not None else None
        if (tree.identity(ROOT) if tree is not None else None) != identity:
            return False
    return True
