"""`replacements`: a field of one resource copied to fields of others.

https://kubectl.docs.kubernetes.io/references/kustomize/builtins/#_replacementtransformer_. One surprise: a single value
keeps the type of the field it is written to, and a text that holds JSON can be written into by going on with the path.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checker.model.objects import Origin
from checker.model.records import dataclass
from checker.model.units import RenderFailure
from checker.render.kustomize.decode import Decoder, boolean, integer, listed, nullable, string
from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.ids import Gvk, ResId
from checker.render.kustomize.paths import Created, Slot, find_targets, look_up, smart_split
from checker.render.kustomize.regex import matches_whole
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.selector import FIELDS, SELECTOR, Selector, selector_from
from checker.render.kustomize.sharing import Sharing
from checker.render.kustomize.values import (
    Literal,
    Loose,
    Mistyped,
    NeedStylesError,
    Quoted,
    copied,
    is_empty,
    is_scalar,
    resolved,
    text_of,
    weight,
)
from checker.tools.yaml import Rules, plain
from checker.tools.yaml.scalars import is_timestamp, narrowed

_OPTIONS = Decoder("options", {"delimiter": string, "index": integer, "encoding": string, "create": boolean})
_SOURCE = Decoder(
    "source",
    {**{name: FIELDS[name] for name in ("group", "version", "kind", "name", "namespace")}, "fieldPath": string, "options": _OPTIONS},
)
_TARGET = Decoder("target", {"select": nullable(SELECTOR), "reject": listed(SELECTOR), "fieldPaths": listed(string), "options": _OPTIONS})
FIELD_DECODERS = {
    "source": nullable(_SOURCE),
    "targets": listed(_TARGET),
    "sourceValue": lambda value, place: None if value is None else string(value, place),
}
REPLACEMENT = Decoder("a replacement", FIELD_DECODERS, strict=False)
DEFAULT_PATH = "metadata.name"


@dataclass(frozen=True, slots=True)
class Value:
    """What is copied: a fixed text, or what stands in a slot. kustomize looks at the field anew for every target, and it may be one."""

    fixed: str = ""
    slot: Slot | None = None
    given: bool = False
    """The fixed text is a `sourceValue`."""

    @property
    def text(self) -> str:
        """Of a single value."""
        return self.fixed if self.slot is None else text_of(self.slot.value)

    @property
    def whole(self) -> Any:
        """For a field that is no single value."""
        if self.slot is not None:
            return copied(self.slot.value)
        return _implicit(self.fixed) if self.given else self.fixed

    @property
    def kind(self) -> type:
        """Of container, or text for a single value."""
        found = type(None if self.slot is None else self.slot.value)
        return found if found in (dict, list) else str


def apply_replacement(resources: ResMap, replacement: Mapping[str, Any], origin: Origin, *, styled: bool) -> None:
    source, text = replacement.get("source"), replacement.get("sourceValue")
    if (source is None and text is None) or replacement.get("targets") is None:
        raise broken("a replacement needs a source and at least one target")
    if source is not None and text is not None:
        raise broken("a replacement has either a source or a sourceValue")
    value = _source_value(resources, source or {}, styled=styled) if text is None else Value(text, given=True)
    for target in replacement["targets"]:
        _write(resources, target, value, origin, styled=styled)
    resources.changed()


def _source_value(resources: ResMap, source: Mapping[str, Any], *, styled: bool) -> Value:
    found = _source(resources, source)
    path = source.get("fieldPath") or DEFAULT_PATH
    slot = look_up(found.body, smart_split(path))
    if slot is None or is_empty(slot.value):
        raise broken(f"fieldPath {path!r} leads to nothing in {found.gvk.kind} {found.name}, the source of a replacement")
    if found.has_notes and (slot.value is found.body.get("metadata") or (slot.key == "annotations" and slot.holder is found.metadata())):
        raise unsupported("a replacement that copies all annotations: kustomize copies notes of its own with them")
    options = source.get("options") or {}
    value = slot.value
    if not is_scalar(value):
        if options.get("delimiter"):
            raise broken("a delimiter needs a single value, and the source is a mapping or a list")
        return Value(slot=slot)
    if isinstance(value, str):
        _maybe_date(value, value, styled=styled)
    if not options.get("delimiter"):
        return Value(slot=slot)
    parts, index = text_of(value).split(options["delimiter"]), options.get("index", 0)
    if not 0 <= index < len(parts):
        raise broken(f"options.index {index} of {len(parts)} parts of {text_of(value)!r}")
    return Value(parts[index])


def _source(resources: ResMap, source: Mapping[str, Any]) -> Resource:
    wanted = Gvk(source.get("group", ""), source.get("version", ""), source.get("kind", ""))
    name, namespace = source.get("name", ""), source.get("namespace", "")
    matches = [one for one in resources if any(known.selected_by(wanted, name, namespace) for known in _ids(one))]
    if len(matches) == 1:
        return matches[0]
    words = " ".join(part for part in (wanted.kind, name, namespace and f"in namespace {namespace}") if part) or "everything"
    raise broken(f"the source of a replacement, {words}, selects {len(matches) or 'no'} resource{'s' if matches else ''}")


def _ids(resource: Resource) -> list[ResId]:
    return [ResId(resource.gvk, resource.name, resource.namespace), *resource.previous_ids]


def _write(resources: ResMap, target: Mapping[str, Any], value: Value, origin: Origin, *, styled: bool) -> None:
    if target.get("select") is None:
        raise broken("a target of a replacement needs `select`")
    chosen = selector_from(target["select"])
    rejected = [selector_from(entry) for entry in target.get("reject") or ()]
    for selector in (chosen, *rejected):
        selector.check()
    for resource in resources:
        if not chosen.takes_texts(resource):
            continue
        if any((one.labels or one.annotations) and one.takes_texts(resource) for one in rejected):
            continue
        ids = _ids(resource)
        if any(_has_id(one) and any(_takes(one, known) for known in ids) for one in rejected):
            continue
        if any(_takes(chosen, known) for known in ids):
            resources.grow(_write_fields(resource, target, value, styled=styled))
            resource.contributed(origin)


def _has_id(selector: Selector) -> bool:
    return any((selector.group, selector.version, selector.kind, selector.name, selector.namespace))


def _takes(selector: Selector, known: ResId) -> bool:
    return selector.takes_gvk(known.gvk) and matches_whole(selector.name, known.name) and matches_whole(selector.namespace, known.namespace)


def _write_fields(resource: Resource, target: Mapping[str, Any], value: Value, *, styled: bool) -> int:
    """Returns the weight of what was written."""
    written = 0
    options = target.get("options") or {}
    for path in target.get("fieldPaths") or [DEFAULT_PATH]:
        parts = smart_split(path)
        made = value.kind if options.get("create") else None
        if _write_inside_text(resource, parts, value, made):
            continue
        slots = find_targets(Slot([resource.body], 0), parts, made)
        if not slots:
            raise broken(f"there is no field {path!r} in {resource.gvk.kind} {resource.name}, a target of a replacement")
        for slot in slots:
            _set(slot, value, options, resource.shared, styled=styled)
            written += weight(slot.value)
            if parts in (["metadata"], ["metadata", "annotations"]):
                resource.forget()  # kustomize's notes went with the annotations
    return written


def _set(slot: Slot, value: Value, options: Mapping[str, Any], shared: Sharing, *, styled: bool) -> None:
    old, text = slot.value, value.text
    delimiter = options.get("delimiter")
    created = isinstance(old, Created)
    if delimiter:
        if not is_scalar(old):
            raise broken("a delimiter needs a single value, and the target is a mapping or a list")
        parts, index = ("" if created else text_of(old)).split(delimiter), options.get("index", 0)
        if index < 0:
            parts.insert(0, text)
        elif index >= len(parts):
            parts.append(text)
        else:
            parts[index] = text
        text = delimiter.join(parts)
    if created:
        slot.holder[slot.key] = _implicit(text)
    elif is_scalar(old):
        shared.write(slot.holder, slot.key, retyped(old, text, styled=styled))
    else:
        slot.holder[slot.key] = value.whole


def retyped(old: Any, text: str, *, styled: bool = True) -> Any:
    """`text` in a field that keeps the type it has."""
    if type(old) is Quoted:
        if hasattr(old, "meant") and type(plain(text, Rules.KUSTOMIZE) if text else None) is not type(old.meant):
            return Literal(text, Mistyped(f"{text!r} cannot take the place of {old.meant!r}, which a patch has put in quotes", old.meant))
        return Quoted(text)
    if type(old) is Loose or (type(old) is Literal and old.implicit):
        found = _implicit(text)
        if not styled and not isinstance(found, str):
            raise NeedStylesError
        return Loose(found) if isinstance(found, str) else found
    if isinstance(old, str):
        return _maybe_date(old, text, styled=styled)
    before = old.value if type(old) is Literal else old
    if type(before) is Mistyped:
        before = before.meant
    meant = plain(text, Rules.KUSTOMIZE) if text else None
    fits = type(meant) is type(before) or (type(before) is float and type(meant) is int)
    if isinstance(before, str):  # a date, which only another one can follow
        fits = is_timestamp(text)
    if not fits:
        return Literal(text, Mistyped(f"{text!r} cannot take the place of {before!r}, which is no text", before))
    return Literal(text, meant) if type(old) is Literal else meant


def _maybe_date(value: str, text: str, *, styled: bool) -> str:
    """`text`, when `value` is text: without styles a date looks just like one."""
    if not styled and is_timestamp(value):
        raise NeedStylesError
    return text


def _implicit(text: str) -> Any:
    """A text written without quotes: a number where it reads as one."""
    if not text:
        raise unsupported("a replacement that writes nothing: kustomize makes null of it, or an empty text inside [] and {}")
    meant = plain(text, Rules.KUSTOMIZE)
    if isinstance(meant, str) and meant == text:
        return Loose(text)
    return Literal(text, narrowed(meant) if isinstance(meant, float) else meant, implicit=True)


def _write_inside_text(resource: Resource, parts: list[str], value: Value, create: type | None) -> bool:
    """Go on inside a text that holds JSON. Returns whether that is where the path leads."""
    for length in range(1, len(parts)):
        try:
            slot = look_up(resource.body, parts[:length])
        except RenderFailure:
            continue
        if slot is None or not is_scalar(slot.value):
            continue
        if not isinstance(slot.value, str):
            return False
        return _write_structured(slot, parts[length:], value, create)
    return False


def _write_structured(slot: Slot, rest: list[str], value: Value, create: type | None) -> bool:
    text: str = slot.value
    if not text.strip():
        raise unsupported("a replacement inside an empty text")
    from checker.tools.yaml.styled import BrokenDocumentError, load_styled

    try:
        documents = load_styled(text.encode("utf-8", "surrogateescape"), quoted=Quoted, literal=Literal)
    except BrokenDocumentError:
        return False
    box = [documents[0][1]]
    slots = find_targets(Slot(box, 0), rest, create)
    if not slots:
        return False
    if text.strip()[0] not in "{[":
        slot.holder[slot.key] = type(slot.value)(_as_yaml(text, box[0], slots, value))
        return True
    _set_all(slots, value)
    try:
        written = resolved(box[0])
    except RenderFailure:
        return True  # what cannot be written out again is dropped by kustomize without a word
    slot.holder[slot.key] = _as_json(written, text, type(slot.value))
    return True


def _as_yaml(text: str, whole: Any, slots: list[Slot], value: Value) -> str:
    from checker.tools.yaml.rewrite import NotFaithfulError, rewritten

    if value.kind is not str or any(isinstance(slot.value, Created) or not is_scalar(slot.value) for slot in slots):
        raise unsupported("a replacement of more than a single value inside a text that holds YAML")
    places = [(slot.holder, slot.key) for slot in slots]
    try:
        return rewritten(text, dict.fromkeys(_paths(whole, (), places), value.text))
    except NotFaithfulError as error:
        raise unsupported(f"a replacement inside a text that holds YAML with {error}") from error


def _paths(value: Any, path: tuple[Any, ...], places: list[tuple[Any, Any]]) -> Iterator[tuple[Any, ...]]:
    """The paths to the places, each a container and a key in it."""
    for key, item in value.items() if type(value) is dict else enumerate(value) if type(value) is list else ():
        if any(holder is value and known == key for holder, known in places):
            yield (*path, key)
        yield from _paths(item, (*path, key), places)


def _set_all(slots: list[Slot], value: Value) -> None:
    for found in slots:
        old = found.value
        if isinstance(old, Created):
            found.holder[found.key] = _implicit(value.text)
        else:
            found.holder[found.key] = retyped(old, value.text) if is_scalar(old) else value.whole


def _as_json(value: Any, text: str, kind: type) -> Any:
    from checker.render.kustomize.hashing import go_json

    compact = go_json(value)
    if "\n" in text and "  " in text:
        compact = json.dumps(json.loads(compact), ensure_ascii=False, indent=2, sort_keys=True)
        for char in "<>&":
            compact = compact.replace(char, f"\\u{ord(char):04x}")
    return kind(compact)


__all__ = ["FIELD_DECODERS", "REPLACEMENT", "NeedStylesError", "apply_replacement", "retyped"]
