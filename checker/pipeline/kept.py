"""Renders kept from one run to the next, and why one that comes back is the one that would be made now.

A render is a function of the unit, the options, this program, and what it reads; nothing else reaches it. So an entry's
name is the digest of the first three - every field of the unit and of the options, by reflection, and every byte of the
program with what is installed beside it - and the entry itself lists the fourth: each path with the content that was read
there, misses, listings and ends of links included, each other revision with the identity of all its files. It comes back
only where all of these are the same in the tree at hand. A few variants are kept under one name, so that both sides of a
change, and a branch one comes back to, are found.

Not kept: failures, which may be of the moment (time, memory, a program that is missing); renders that took something from
outside (a fetched chart, the clock, chance); and anything read from a work tree, whose files may have changed between the
look at their identity and the look at their content.

Secret values do not get here: they were replaced by digests, under a key that only this store knows. Reports show those
under a key of the run (`checker.render.redact.rekeyed`), so that two reports cannot be compared with each other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from checker.model.objects import KubeObject
from checker.model.tree import Identities
from checker.model.units import BuiltUnit, DeployUnit, Rendered
from checker.pipeline.fingerprint import fingerprint
from checker.pipeline.stored import from_text, to_text
from checker.render.options import RenderOptions, RevisionTree
from checker.tools.cache import Store
from checker.tools.installation import installation

VARIANTS = 4
RECORDED = frozenset({"revision_tree"})
"""Options that an entry accounts for by what was read through them."""


class Recalled(NamedTuple):
    """A render, and the digest of all that it says."""

    rendered: Rendered
    content: str


class _Variant(NamedTuple):
    reads: dict[str, str | None]
    pinned: dict[str, str | None]
    text: str


class RenderCache:
    def __init__(self, store: Store, options: RenderOptions) -> None:
        self._store = store
        self._about = fingerprint(options, unseen=RECORDED)
        self._revisions = options.revision_tree
        self._objects: dict[int, tuple[KubeObject, str]] = {}

    def recall(self, unit: DeployUnit, tree: Identities) -> Recalled | None:
        """What the unit renders to in the tree, None where nobody knows."""
        name = self._name(unit)
        for variant in self._load(name):
            if tree.unchanged(variant.reads) and _same_revisions(variant.pinned, self._revisions):
                return Recalled(from_text(variant.text, variant.reads, variant.pinned), self._content(variant.text))
        return None

    def keep(self, unit: DeployUnit, built: BuiltUnit) -> str:
        """Remember a fresh render; the digest of all that it says, empty where it may not be remembered."""
        rendered = built.result
        if not isinstance(rendered, Rendered) or rendered.outside:
            return ""
        name = self._name(unit)
        text = to_text(rendered)
        fresh = _Variant(dict(rendered.reads), dict(rendered.pinned), text)
        others = [known for known in self._load(name) if (known.reads, known.pinned) != (fresh.reads, fresh.pinned)]
        self._store.put(name, "\n".join(_lines(variant) for variant in (fresh, *others[: VARIANTS - 1])).encode())
        return self._content(text)

    def _load(self, name: str) -> list[_Variant]:
        data = self._store.get(name)
        lines = data.decode().split("\n") if data else []
        heads = map(json.loads, lines[::2])
        return [_Variant(reads, pinned, text) for (reads, pinned), text in zip(heads, lines[1::2], strict=True)]

    def _content(self, text: str) -> str:
        return self._store.name("content", text)

    def _name(self, unit: DeployUnit) -> str:
        """Everything of the unit: also what a renderer does not look at today."""
        simple = fingerprint(unit, unseen=("declaration", "related"))
        objects = [] if unit.declaration is None else [unit.declaration]
        return self._store.name("render", installation(), self._about, simple, *self._texts(objects), "related", *self._texts(unit.related))

    def _texts(self, objects: Sequence[KubeObject]) -> list[str]:
        return [self._text(obj) for obj in objects]

    def _text(self, obj: KubeObject) -> str:
        """Many units share the objects beside them: each is looked at once."""
        known = self._objects.get(id(obj))
        if known is None:
            origins = fingerprint((obj.origin, obj.contributors))
            known = self._objects[id(obj)] = (obj, self._store.name("object", json.dumps(obj.body), origins))
        return known[1]


def _lines(variant: _Variant) -> str:
    return f"{json.dumps([variant.reads, variant.pinned], separators=(',', ':'))}\n{variant.text}"


def _same_revisions(pinned: dict[str, str | None], revisions: RevisionTree | None) -> bool:
    from checker.model.paths import ROOT

    for revision, identity in pinned.items():
        tree = revisions(revision) if revisions is not None else None
        if (tree.identity(ROOT) if tree is not None else None) != identity:
            return False
    return True
