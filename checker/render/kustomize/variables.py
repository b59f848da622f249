"""`vars`: $(NAME) in the fields that the configuration lists, replaced by a field of some resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.render.kustomize.decode import Decoder, string
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpecs, Setter, visit
from checker.render.kustomize.ids import Gvk, ResId
from checker.render.kustomize.paths import look_up, smart_split
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import Literal, is_null, is_scalar, number_text, text_of

_OBJECT = Decoder("objref", dict.fromkeys(("apiVersion", "group", "version", "kind", "name", "namespace"), string))
VAR = Decoder("a var", {"name": string, "objref": _OBJECT, "fieldref": Decoder("fieldref", {"fieldPath": string})})

Vars = dict[str, dict[str, Any]]


def note_vars(resources: ResMap, known: Vars, added: list[dict[str, Any]]) -> Vars:
    """Note which resource each var reads, while it still has the name that the var knows it by."""
    for var in added:
        wanted = _wanted(var.get("objref") or {})
        matches = [one for one in resources if any(_fits(wanted, candidate) for candidate in (*one.previous_ids, one.cur_id))]
        if len(matches) > 1:
            raise broken(f"var {var.get('name')} may mean any of {len(matches)} resources; give its objref a namespace or group")
        for resource in matches:
            resource.var_names.append(var.get("name", ""))
    return merge_vars(known, {}, added)


def merge_vars(known: Vars, other: Vars, added: list[dict[str, Any]] | None = None) -> Vars:
    merged = dict(known)
    for var in (*other.values(), *(added or ())):
        name = var.get("name", "")
        if name in merged:
            raise broken(f"var {name} is defined twice")
        merged[name] = var
    return merged


def _wanted(reference: Mapping[str, str]) -> ResId:
    group, version = reference.get("group", ""), reference.get("version", "")
    parts = reference.get("apiVersion", "").split("/") if reference.get("apiVersion") else []
    if len(parts) == 2:
        group, version = parts
    elif len(parts) == 1:
        version = parts[0]
    return ResId(Gvk(group, version, reference.get("kind", "")), reference.get("name", ""), reference.get("namespace", ""))


def _fits(wanted: ResId, candidate: ResId) -> bool:
    if wanted.namespace:
        return wanted.key == candidate.key
    return wanted.name == candidate.name and wanted.gvk == candidate.gvk


def replace_vars(resources: ResMap, known: Vars, specs: FieldSpecs, *, styled: bool) -> None:
    values = {name: _value(resources, name, var) for name, var in sorted(known.items())}
    if not values:
        return

    setter = _setter(values, styled=styled)
    for resource in resources:
        gvk = resource.gvk
        for spec in specs:
            visit(resource.body, spec, gvk, setter)
    resources.changed()


def _setter(values: Mapping[str, Any], *, styled: bool) -> Setter:
    def expanded(old: Any) -> Any:
        new = _expand(text_of(old), values)
        return new if isinstance(new, str) or not styled else Literal(number_text(new), new)

    def setter(holder: Any, key: Any) -> None:
        value = holder[key]
        if _is_text(value):
            holder[key] = expanded(value)
        elif type(value) is dict:
            value.update({name: expanded(item) for name, item in value.items() if _is_text(item)})
        elif type(value) is list:
            for index, item in enumerate(value):
                if not _is_text(item):
                    raise broken(f"a list that vars are looked for in holds {item!r:.40}, which is no text")
                value[index] = expanded(item)

    return setter


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (type(value) is Literal and value.implicit)


def _value(resources: ResMap, name: str, var: Mapping[str, Any]) -> Any:
    path = (var.get("fieldref") or {}).get("fieldPath") or "metadata.name"
    for resource in resources:
        if name in resource.var_names:
            return _field(resource, path, name)
    raise broken(f"var {name} names no resource of this build")


def _field(resource: Resource, path: str, name: str) -> Any:
    parts = [part for piece in smart_split(path) for part in _indexed(piece)]
    slot = look_up(resource.body, parts)
    if slot is None:
        raise broken(f"var {name}: {resource.gvk.kind} {resource.name} has no field {path!r}")
    value = slot.value
    if type(value) is Literal:
        return "" if is_null(value) else value.value
    return text_of(value) if isinstance(value, str) else value


def _indexed(part: str) -> list[str]:
    found = re.fullmatch(r"(.*)\[(\d+)\]", part) if part.endswith("]") else None
    if found is None:
        return [part]
    return [piece for piece in found.groups() if piece]


def _expand(text: str, values: Mapping[str, Any]) -> Any:
    """A text that is one reference takes the value with its type."""
    done, at = [], 0
    while at < len(text):
        dollar = text.find("$", at)
        if dollar < 0 or dollar + 1 >= len(text):
            break
        done.append(text[at:dollar])
        following = text[dollar + 1]
        close = text.find(")", dollar) if following == "(" else -1
        if close >= 0:
            name = text[dollar + 2 : close]
            value = values.get(name)
            if name not in values or not is_scalar(value) or value is None:
                value = f"$({name})"
            if text == f"$({name})":
                return value
            done.append(value if isinstance(value, str) else number_text(value))
            at = close + 1
        else:
            done.append("$" if following == "$" else "$" + following)
            at = dollar + 2
    return "".join(done) + text[at:]
