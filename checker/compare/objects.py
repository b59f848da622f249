"""A pair of objects in, its ObjectDiff with fields, folded noise and effects out; None where nothing differs after all."""

from __future__ import annotations

from collections.abc import Mapping

from checker.compare.effects import Subject, Surroundings, effects_of
from checker.compare.effects.defaults import only_writes_default
from checker.compare.fields import Differences, differences
from checker.compare.ignored import ignored_pointers
from checker.compare.noise import split_noise
from checker.compare.options import CompareOptions
from checker.compare.pairing import ObjectPair, identity
from checker.compare.pruning import kept_by_object, kept_by_unit
from checker.compare.removal import Removals
from checker.compare.shapes import CustomKeys, shape_of
from checker.compare.units import UnitPair
from checker.model.diff import Change, ObjectDiff
from checker.model.findings import Severity
from checker.model.objects import JSONValue, KubeObject

Body = Mapping[str, JSONValue]


def object_diff(
    pair: ObjectPair, options: CompareOptions, custom: CustomKeys, removals: Removals, around: Surroundings
) -> ObjectDiff | None:
    change, kept = _fate(pair, removals)
    key = identity(pair.shown)
    found = _differences(pair, custom) if pair.before is not None and pair.after is not None else Differences()
    if change is Change.CHANGED and not found.fields and not found.folded:
        return None
    fields, noise = split_noise((*found.fields, *found.folded), key.group, key.kind, ignored_pointers(pair, options), found.folded)
    acting = tuple(one for one in (*fields, *noise) if not only_writes_default((key.group, key.kind), one))
    subject = Subject(pair=pair, change=change, changes=acting, kept=kept, around=around)
    effects = effects_of(subject)
    if not fields and any(effect.severity > Severity.NOTE for effect in effects):
        fields, noise = noise, ()  # A label that makes the API server refuse the object is no noise.
    return ObjectDiff(
        key=pair.shown.key,
        change=change,
        api_version=pair.shown.api_version,
        fields=fields,
        folded=noise,
        effects=effects,
        before=dict(pair.before.body) if pair.before is not None else None,
        after=dict(pair.after.body) if pair.after is not None else None,
        before_key=pair.before.key if change is Change.RENAMED and pair.before is not None else None,
        moved_from=str(pair.moved_from.unit.key) if pair.moved_from is not None else "",
        origin=pair.shown.origin,
    )


def _fate(pair: ObjectPair, removals: Removals) -> tuple[Change, str]:
    """Whether what left Git is deleted or stays, and why it stays; of what another unit applies too, why the one that drops it keeps it."""
    if pair.shared_with is not None and pair.moved_from is not None:
        return pair.change, _kept(pair.moved_from, pair, removals)
    if pair.change is not Change.DELETED:
        return pair.change, ""
    kept = _kept(pair.unit, pair, removals)
    return (Change.ORPHANED, kept) if kept else (Change.DELETED, "")


def _kept(unit: UnitPair, pair: ObjectPair, removals: Removals) -> str:
    """Why the unit does not delete an object that it no longer has."""
    assert unit.base is not None
    assert pair.before is not None
    controller = unit.base.unit.controller
    if unit.head is not None:
        return kept_by_unit(unit.head, empties=not unit.head.objects, obj=pair.before) or kept_by_object(controller, pair.before)
    return removals.kept(unit, pair.before) or kept_by_object(controller, pair.before, unit_removed=True)


def _differences(pair: ObjectPair, custom: CustomKeys) -> Differences:
    assert pair.before is not None
    assert pair.after is not None
    key = identity(pair.after)
    return differences(_comparable(pair.before), _comparable(pair.after), shape_of(key.group, key.kind, custom))


def _comparable(obj: KubeObject) -> Body:
    """The API server keeps `stringData` of a Secret under `data`; digests of both are of the plain value."""
    texts = obj.body.get("stringData")
    if obj.kind != "Secret" or obj.group or not isinstance(texts, dict):
        return obj.body
    body = {name: value for name, value in obj.body.items() if name != "stringData"}
    data = body.get("data")
    body["data"] = {**(data if isinstance(data, dict) else {}), **texts}
    return body
