"""`buildMetadata`: where each object comes from and what changed it, written into it as annotations; the managed-by label."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from checker.render.kustomize.failure import broken
from checker.render.kustomize.resmap import ResMap, set_texts
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import is_null, quoted_if_needed, text_of
from checker.tools.yaml import dump

if TYPE_CHECKING:
    from checker.render.kustomize.target import Target

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
LOCAL = "config.kubernetes.io/local-config"
MANAGED_BY = ("app.kubernetes.io/managed-by", "kustomize-v5.8.1")
OPTIONS = ("originAnnotations", "transformerAnnotations", "managedByLabel")
_NEVER_PRINTED = frozenset(
    {
        *(f"internal.config.kubernetes.io/{name}" for name in ("path", "index", "seqindent", "id", "annotations-migration-resource-id")),
        *("config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"),
    }
)


def builtin(target: Target, kind: str) -> dict[str, Any]:
    """What a built-in generator or transformer of a kustomization is called in the annotations."""
    file = target.kustomization.path.rpartition("/")[2]
    return {"configuredIn": posixpath.join(target.where, file), "configuredBy": {"apiVersion": "builtin", "kind": kind}}


def configured(plugin: Resource, configured_in: str) -> dict[str, Any]:
    """The same for one that is configured by an object."""
    by = {"apiVersion": plugin.gvk.api_version, "kind": plugin.gvk.kind, "name": plugin.name, "namespace": plugin.namespace}
    return {"configuredIn": configured_in, "configuredBy": {key: text for key, text in by.items() if text}}


def note_transformer(resources: ResMap, note: dict[str, Any]) -> None:
    for resource in resources:
        set_texts(resource, "annotations", resource.texts("annotations"))
        if resource.made_by is None:
            resource.made_by = note
        else:
            resource.transformations.append(note)


def finish(resource: Resource, options: list[str]) -> None:
    """Annotations as kustomize prints them: all text, its own gone, those that were asked for added."""
    if MANAGED_BY_OPTION in options:
        labels = resource.metadata().get("labels")
        if not is_null(labels) and type(labels) is not dict:
            raise broken(f"labels of {resource.cur_id} is no mapping", resource.origin.location)
        resource.metadata()["labels"] = {**(labels if type(labels) is dict else {}), MANAGED_BY[0]: MANAGED_BY[1]}
    metadata = resource.body.get("metadata")
    found = metadata.get("annotations") if type(metadata) is dict else None
    if type(found) is list:
        found = resource.texts("annotations")
    if type(metadata) is dict and "annotations" in metadata and (type(found) is not dict or not found):
        del metadata["annotations"]
    if type(found) is dict and found:
        kept = {key: value if type(value) is str else _text(value) for key, value in found.items() if key not in _NEVER_PRINTED}
        kept.pop(ORIGIN, None)
        kept.pop(TRANSFORMATIONS, None)
        _put(resource, kept)
    if options:
        kept = resource.texts("annotations")
        if OPTIONS[0] in options and resource.made_by is not None:
            kept[ORIGIN] = origin_text(resource.made_by)
        if OPTIONS[1] in options and resource.transformations:
            kept[TRANSFORMATIONS] = transformations_text(resource.transformations)
        _put(resource, kept)


MANAGED_BY_OPTION = OPTIONS[2]


def _put(resource: Resource, annotations: dict[str, str]) -> None:
    metadata = resource.metadata()
    if annotations:
        metadata["annotations"] = annotations
    else:
        metadata.pop("annotations", None)


def _text(value: Any) -> str:
    return str(text_of(value))


def origin_text(note: dict[str, Any]) -> str:
    lines = [f"{key}: {_scalar(note[key])}" for key in ("path", "configuredIn") if note.get(key)]
    by = note.get("configuredBy")
    if by:
        lines.append("configuredBy:")
        lines.extend(f"  {key}: {_scalar(by[key])}" for key in ("apiVersion", "kind", "name", "namespace") if by.get(key))
    return "\n".join(lines) + "\n"


def transformations_text(notes: list[dict[str, Any]]) -> str:
    printed = []
    for note in notes:
        lines = origin_text(note).splitlines()
        printed.append("\n".join(("- " if number == 0 else "  ") + line for number, line in enumerate(lines)) + "\n")
    return "".join(printed)


def _scalar(text: str) -> str:
    return str(text) if type(quoted_if_needed(text)) is str else dump(str(text)).strip()
