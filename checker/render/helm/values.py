"""A HelmRelease's `valuesFrom` and `values` -> the values it hands to the chart, composed as helm-controller does.

The order has surprises worth keeping: a `targetPath` is set on top of the inline values, and the inline values are merged
again at the end, into maps that may be shared. github.com/fluxcd/pkg/blob/main/chartutil/values.go
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.units import DeployUnit, Note, RenderFailure
from checker.render.options import RenderOptions
from checker.tools.helm import merged_values, set_value
from checker.tools.helm.values import SetError

PLACEHOLDER = "..PLACEHOLDER_{}.."
"""Stands for a value out of a Secret, which is not known here."""


def compose_values(unit: DeployUnit, options: RenderOptions) -> tuple[dict[str, JSONValue], tuple[Note, ...]]:
    """The values, and a note for each object that is not in the repository. Raises RenderFailure."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    inline: dict[str, JSONValue] = copy.deepcopy(dict(mapping(spec.get("values"))))
    result: dict[str, JSONValue] = {}
    notes: list[Note] = []
    for item in sequence(spec.get("valuesFrom")):
        reference = mapping(item)
        label = f"{text(reference.get('kind'))} {unit.namespace}/{text(reference.get('name'))}"
        key = text(reference.get("valuesKey")) or "values.yaml"
        data = _data(unit, reference, options)
        if data is None or (key not in data and reference.get("optional") is True):
            if reference.get("optional") is not True:
                notes.append(_note(unit, f"{label} is not in this repository: its values are left out"))
            continue
        if key not in data:
            raise RenderFailure(f"valuesFrom: {label} has no key {key!r}", location=unit.origin.location)
        value = data[key]
        target = text(reference.get("targetPath"))
        if target:
            result = merged_values(result, inline)
            _set(result, target, value, literal=reference.get("literal") is True, label=label, unit=unit)
        elif value == PLACEHOLDER.format(key):
            notes.append(_note(unit, f"{label} is secret: the values in it are left out"))
        else:
            result = merged_values(result, _parsed(value, label, unit))
    return merged_values(result, inline), tuple(notes)


def _data(unit: DeployUnit, reference: Mapping[str, JSONValue], options: RenderOptions) -> dict[str, str] | None:
    kind, name = text(reference.get("kind")), text(reference.get("name"))
    found = next((obj for obj in unit.related if (obj.kind, obj.namespace, obj.name) == (kind, unit.namespace, name)), None)
    known = options.variables.get(f"{kind}/{unit.namespace}/{name}")
    if found is None:
        return None if known is None else {key: _text(value) for key, value in known.items()}
    data = {key: _text(value) for key, value in mapping(found.body.get("data")).items()}
    if kind == "Secret":
        data = {key: PLACEHOLDER.format(key) for key in (*data, *mapping(found.body.get("stringData")))}
    return {**data, **{key: _text(value) for key, value in (known or {}).items()}}


def _set(result: dict[str, JSONValue], target: str, value: str, *, literal: bool, label: str, unit: DeployUnit) -> None:
    quoted = any(value.startswith(mark) and value.endswith(mark) for mark in ("'", '"')) and bool(value)
    try:
        if literal:
            escaped = value.replace("\\", "\\\\")
            for char in ",[]{}":
                escaped = escaped.replace(char, f"\\{char}")
            set_value(result, f"{target}={escaped}", as_text=True)
        else:
            set_value(result, f"{target}={value.strip(chr(39) + chr(34)) if quoted else value}", as_text=quoted)
    except SetError as error:
        raise RenderFailure(f"valuesFrom: {label} at {target}: {error}", location=unit.origin.location) from error


def _parsed(value: str, label: str, unit: DeployUnit) -> dict[str, JSONValue]:
    from checker.tools.yaml import load_documents

    document = next(iter(load_documents(value.encode("utf-8", "surrogateescape"))), None)
    if document is None or (document.value is None and not document.error):
        return {}
    if document.error or not isinstance(document.value, dict):
        why = document.error.message if document.error else "expected a mapping"
        raise RenderFailure(f"valuesFrom: {label}: {why}", location=unit.origin.location)
    return dict(document.value)


def _note(unit: DeployUnit, message: str) -> Note:
    return Note(id="unknown-values", message=message, location=unit.origin.location)


def _text(value: JSONValue) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
