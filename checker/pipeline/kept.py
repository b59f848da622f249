"""Renders kept from one run to the next, and why one that comes back is the one that would be made now.

A render is a function of the unit, the options, this program, and what it reads; nothing else reaches it. So its name is the
digest of the first three - every field of the unit and of the options, by reflection, and every byte of the program with what
is installed beside it - and the index lists the fourth: each path with the content that was read there, misses, listings and
ends of links included, each other revision with the identity of all its files. It comes back only where all of these are the
same in the tree at hand.

The objects themselves lie under the digest of all that the render says, and are loaded when somebody looks at one: of most
units it is enough to know that they are what they were. Should they be gone by then, the unit is rendered again.

Not kept: failures, which may be of the moment (time, memory, a program that is missing); renders that took something from
outside (a fetched chart, the clock, chance); renders that hold a secret value elsewhere than in a Secret; and anything read from
a work tree, whose files may have changed between the look at their identity and the look at their content.

Secret values do not get here: they were replaced by digests, under a key that only this store knows. Reports show those
under a key of the run (`checker.render.redact.rekeyed`), so that two reports cannot be compared with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from checker.model.findings import CheckerError
from checker.model.objects import KubeObject, ObjectKey
from checker.model.records import field_names
from checker.model.tree import Identities
from checker.model.units import BuiltUnit, DeployUnit, KeptObjects, Rendered
from checker.pipeline.fingerprint import fingerprint
from checker.pipeline.index import Index, Variant
from checker.pipeline.stored import from_notes, objects_from_bytes, objects_to_bytes, to_notes
from checker.render import is_suspended
from checker.render.named import hints_at_secrets, holds_secrets
from checker.render.options import RenderOptions, RevisionTree
from checker.tools.cache import Store
from checker.tools.installation import installation

GROUPS = 64
"""Groups of objects whose digests are at hand: more would keep objects in memory that nobody asks about again."""
RECORDED = frozenset({"revision_tree", "tags"})
"""Options that the index accounts for: it holds the revisions that were read, and what looks at tags is not kept."""
_OBJECTS = ("declaration", "related")
_SIMPLE = attrgetter(*(name for name in field_names(DeployUnit) if name not in _OBJECTS))
"""Every other field of a unit, also what no renderer looks at today: plain values, whose `repr` tells them apart."""


def keep_objects(store: Store, rendered: Rendered) -> str:
    """Store what a fresh render says; its digest, empty where it may not be kept."""
    if rendered.outside:
        return ""
    try:
        data = objects_to_bytes(rendered.objects)
    except ValueError:
        return ""
    notes = repr(from_notes(rendered.notes))
    if hints_at_secrets(data.decode("latin-1") + notes) and any(map(holds_secrets, rendered.objects)):
        return ""
    content = store.name("content", installation(), data, notes)
    store.put(content, data)
    return content


class RenderCache:
    def __init__(self, store: Store, index: Index, options: RenderOptions) -> None:
        self._store = store
        self._index = index
        self._about = store.name("options", installation(), fingerprint(options, unseen=RECORDED))
        self._revisions = options.revision_tree
        self._objects: dict[tuple[int, ...], tuple[tuple[KubeObject, ...], str]] = {}

    def recall(self, unit: DeployUnit, tree: Identities, again: Callable[[DeployUnit], BuiltUnit]) -> BuiltUnit | None:
        """The unit with what it renders to in the tree, None where nobody knows. `again` renders it."""
        for variant in self._index.variants(self._name(unit)):
            if (
                tree.unchanged(variant.reads)
                and _same_revisions(variant.pinned, self._revisions)
                and (not variant.keys or self._store.has(variant.content))
            ):
                return self._recalled(unit, variant, again)
        return None

    def _recalled(self, unit: DeployUnit, variant: Variant, again: Callable[[DeployUnit], BuiltUnit]) -> BuiltUnit:
        def load() -> tuple[KubeObject, ...]:
            data = self._store.get(variant.content)
            return objects_from_bytes(data) if data is not None else tuple(_rendered(again(unit)).objects)

        keys = tuple(map(ObjectKey._make, variant.keys))
        rendered = Rendered(
            objects=KeptObjects(keys, load) if keys else (), reads=variant.reads, notes=to_notes(variant.notes), pinned=variant.pinned
        )
        return BuiltUnit(unit=unit, result=rendered, suspended=is_suspended(unit), content=variant.content)

    def note(self, built: BuiltUnit) -> None:
        """Remember a fresh render whose objects are stored."""
        rendered = built.result
        if built.content and isinstance(rendered, Rendered):
            keys = [obj.key for obj in rendered.objects]
            variant = Variant(rendered.reads, rendered.pinned, built.content, keys, from_notes(rendered.notes))
            self._index.note(self._name(built.unit), variant)

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


def _rendered(built: BuiltUnit) -> Rendered:
    """Raises CheckerError: it was rendered before from the very same inputs."""
    if isinstance(built.result, Rendered):
        return built.result
    raise CheckerError(
        f"{built.unit.key} is gone from the cache and could not be rendered again: {built.result.message}", "run again, or with --no-cache"
    )


def _same_revisions(pinned: Mapping[str, str | None], revisions: RevisionTree | None) -> bool:
    from checker.model.paths import ROOT

    for revision, identity in pinned.items():
        tree = revisions(revision) if revisions is not None else None
        if (tree.identity(ROOT) if tree is not None else None) != identity:
            return False
    return True
