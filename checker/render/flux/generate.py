"""An artifact and a Flux Kustomization's spec -> the kustomization.yaml that kustomize-controller builds.

A folder without one gets one that lists its manifests; then the spec is merged into it. Rules:
github.com/fluxcd/pkg/blob/main/kustomize/kustomize_generator.go. Any file in such a folder that is not a manifest fails the
whole Kustomization.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from checker.model.objects import JSONValue, Location, dig, mapping, sequence, text
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, clamped_path, join
from checker.model.records import dataclass
from checker.model.tree import EntryKind, Tree, TreeError
from checker.model.units import Note, RenderFailure
from checker.render.kustomize.decode import Misfit
from checker.render.kustomize.kustomization import without_unknown_fields
from checker.tools.yaml import locate

_REMOTE_STARTS = ("/", "git::", "gh:", "ssh://", "http://", "https://", "git@", "github.com/", "file://")
_SPEC_FIELDS = (
    *("targetNamespace", "namePrefix", "nameSuffix", "patches", "components"),
    *("patchesStrategicMerge", "patchesJson6902", "images", "buildMetadata"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The file to build and its new content, None where the file in the artifact is used as it stands."""

    file: RepoPath
    content: bytes | None
    notes: tuple[Note, ...] = ()


def kustomization_for(tree: Tree, path: RepoPath, spec: Mapping[str, JSONValue]) -> Generated:
    """Raises RenderFailure for what the controller refuses before it builds. Fields that kustomize does not know are dropped here."""
    names = [name for name in KUSTOMIZATION_FILES if tree.kind(join(path, name)) is EntryKind.FILE]
    if len(names) > 1:
        raise RenderFailure(
            f"{path or '.'} holds {' and '.join(names)}, and kustomize accepts only one of them",
            location=Location(path=join(path, names[1])),
        )
    file = join(path, names[0] if names else KUSTOMIZATION_FILES[0])
    written = _read(tree, file) if names else {}
    content, dropped = without_unknown_fields(written) if names else (_generated(tree, path), ())
    changed = not names or bool(dropped)
    if names and not content.get("resources"):
        # Flux does so to get past kustomize's check for an empty file; the annotations that come of it do reach the cluster.
        content["buildMetadata"] = ["originAnnotations"]
        changed = True
    if any(spec.get(field) for field in _SPEC_FIELDS):
        _merge(content, spec, tree, path)
        changed = True
    return Generated(
        file=file,
        content=json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogateescape") if changed else None,
        notes=tuple(_dropped_note(tree, file, misfit) for misfit in dropped),
    )


def _dropped_note(tree: Tree, file: RepoPath, misfit: Misfit) -> Note:
    message = f"{misfit.message}: Flux drops it from the kustomization that it builds, where kustomize itself would refuse the build"
    line, column = locate(tree.read(file), 0, misfit.pointer, key=True) or (None, None)
    return Note(id="dropped-field", message=message, location=Location(path=file, line=line, column=column))


def _read(tree: Tree, file: RepoPath) -> dict[str, JSONValue]:
    from checker.tools.yaml import load_documents

    documents = [document for document in load_documents(tree.read(file)) if document.error or document.value is not None]
    for document in documents[:1]:
        if document.error:
            raise RenderFailure(
                document.error.message, location=Location(path=file, line=document.error.line, column=document.error.column)
            )
        if not isinstance(document.value, dict):
            raise RenderFailure("is not a kustomization: expected a mapping", location=Location(path=file, line=document.line))
        return dict(document.value)
    return {}


def _generated(tree: Tree, path: RepoPath) -> dict[str, JSONValue]:
    resources: list[JSONValue] = [f"./{resource}" for resource in _resources(tree, path, "")]
    content: dict[str, JSONValue] = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return {**content, "resources": resources} if resources else {**content, "namespace": "_placeholder"}


def _resources(tree: Tree, top: RepoPath, below: str) -> Iterator[str]:
    """In lexical order; a folder with a kustomization is one resource, other folders are entered, hidden ones too."""
    folder = clamped_path(below, top)
    for name in tree.entries(folder):
        path = join(folder, name)
        relative = f"{below}{name}"
        kind = tree.kind(path)
        if kind is EntryKind.DIRECTORY:
            if any(tree.kind(join(path, file)) is EntryKind.FILE for file in KUSTOMIZATION_FILES):
                yield relative
            else:
                yield from _resources(tree, top, f"{relative}/")
        elif kind is EntryKind.FILE and name.endswith((".yaml", ".yml")):
            _check_manifest(tree, path, top)
            yield relative


def _check_manifest(tree: Tree, file: RepoPath, top: RepoPath) -> None:
    """Each document needs a kind and, unless it is a list, a name: else the controller refuses the whole folder."""
    from checker.tools.yaml import Rules, load_documents

    hint = (
        f"{top or 'the root'} has no kustomization.yaml, so Flux takes every YAML file below it for a manifest; "
        "move the file, or list it in .sourceignore"
    )
    for document in load_documents(tree.read(file), rules=Rules.KUSTOMIZE):
        if document.error:
            raise RenderFailure(
                f"{document.error.message}; {hint}", location=Location(path=file, line=document.error.line, column=document.error.column)
            )
        if document.value is None or document.value == {}:
            continue
        problem = _problem(document.value)
        if problem:
            raise RenderFailure(f"is not a Kubernetes manifest: {problem}; {hint}", location=Location(path=file, line=document.line))


def _problem(value: JSONValue) -> str:
    body = mapping(value)
    kind = text(body.get("kind"))
    if not isinstance(value, dict):
        return "expected a mapping"
    if not kind:
        return "kind is missing"
    if kind.endswith("List"):
        return next((found for item in sequence(body.get("items")) if (found := _problem(item))), "")
    return "" if text(dig(body, "metadata", "name")) else "metadata.name is missing"


def _merge(content: dict[str, JSONValue], spec: Mapping[str, JSONValue], tree: Tree, path: RepoPath) -> None:
    for ours, theirs in (("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")):
        if text(spec.get(ours)):
            content[theirs] = spec[ours]
    _append(content, "patches", [_patch(item) for item in sequence(spec.get("patches"))])
    _append(content, "components", list(_components(spec, tree, path)))
    _append(content, "patchesStrategicMerge", [json.dumps(item) for item in sequence(spec.get("patchesStrategicMerge"))])
    json_patches = [mapping(item) for item in sequence(spec.get("patchesJson6902"))]
    _append(content, "patchesJson6902", [{"patch": json.dumps(item.get("patch")), "target": item.get("target")} for item in json_patches])
    images = [dict(mapping(item)) for item in sequence(content.get("images"))]
    for item in sequence(spec.get("images")):
        _merge_image(images, mapping(item))
    if images:
        content["images"] = [*images]
    if sequence(spec.get("buildMetadata")):
        content["buildMetadata"] = spec["buildMetadata"]


def _append(content: dict[str, JSONValue], field: str, items: list[JSONValue]) -> None:
    if items:
        content[field] = [*sequence(content.get(field)), *items]


def _patch(item: JSONValue) -> JSONValue:
    return {key: value for key, value in mapping(item).items() if key in ("patch", "target")}


def _components(spec: Mapping[str, JSONValue], tree: Tree, path: RepoPath) -> Iterator[str]:
    for item in sequence(spec.get("components")):
        component = text(item)
        if component.startswith(_REMOTE_STARTS) or "://" in component:
            raise RenderFailure(f"component path {component!r} must be local and relative")
        if spec.get("ignoreMissingComponents") is True and not _exists(tree, clamped_path(component, path)):
            continue
        yield component


def _exists(tree: Tree, path: RepoPath) -> bool:
    try:
        return tree.kind(path) is not None
    except TreeError:
        return False


def _merge_image(images: list[dict[str, JSONValue]], ours: Mapping[str, JSONValue]) -> None:
    """By name; tag and digest replace each other as one (kustomize-controller 1.9.4 and newer)."""
    known = next((image for image in images if image.get("name") == ours.get("name")), None)
    if known is None:
        images.append(dict(ours))
        return
    if ours.get("newName"):
        known["newName"] = ours["newName"]
    if ours.get("newTag") or ours.get("digest"):
        for field in ("newTag", "digest"):
            known.pop(field, None)
            if ours.get(field):
                known[field] = ours[field]
