"""A Flux Kustomization -> its objects: source, generated kustomization, build, decryption, substitution, metadata.

The build sees the source's artifact, not the repository; origins and failures are named by the repository's paths again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.objects import KubeObject, Location, Origin, dig, mapping, text
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, clamped_path, join
from checker.model.records import replace
from checker.model.tree import EntryKind, OverlayTree, Tree, nearest
from checker.model.units import DeployUnit, Note, Reason, Rendered, RenderFailure
from checker.render.flux.apply import applied, decrypted
from checker.render.flux.generate import kustomization_for
from checker.render.flux.variables import read_variables, substituted, unknown_notes
from checker.render.options import RenderOptions
from checker.tools.flux import THIS_REPOSITORY, ArtifactTree, SourceOptions, SourceRef, no_longer_served, open_source

KINDS = ("GitRepository", "OCIRepository", "Bucket", "ExternalArtifact")


def render_kustomization(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Raises RenderFailure where the controller would not apply anything, or where we cannot know what it would."""
    assert unit.declaration is not None
    artifact = open_artifact(unit, tree, options)
    path = clamped_path(text(dig(unit.declaration.body, "spec", "path")))
    try:
        objects, dropped = _built(unit, artifact, path, options)
    except RenderFailure as failure:
        raise _by_repository(failure, artifact, unit) from failure
    variables = read_variables(unit, options)
    located = [_with_origin(obj, artifact, unit) for obj in objects]
    if isinstance(dig(unit.declaration.body, "spec", "decryption"), dict):
        located = [decrypted(obj) for obj in located]
    if variables is not None and variables.apply:
        located = [substituted(obj, variables) for obj in located]
    result = applied(located, unit)
    notes = [
        *(_by_repository_note(note, artifact) for note in dropped),
        *_swept_in(result, artifact, path),
        *_notes(unit, result, options),
        *(unknown_notes(unit, variables) if variables is not None else ()),
    ]
    return Rendered(objects=result, notes=tuple(notes))


def open_artifact(unit: DeployUnit, tree: Tree, options: RenderOptions) -> ArtifactTree:
    """The content of the unit's source."""
    reference = _source_of(unit)
    if reference.kind not in KINDS:
        raise RenderFailure(f"spec.sourceRef names kind {reference.kind!r}; Flux accepts {', '.join(KINDS)}", location=unit.origin.location)
    return open_source(reference, unit.related, tree, source_options(options))


def _source_of(unit: DeployUnit) -> SourceRef:
    assert unit.declaration is not None
    spec = mapping(dig(unit.declaration.body, "spec", "sourceRef"))
    return SourceRef(text(spec.get("kind")), text(spec.get("namespace")) or unit.namespace, text(spec.get("name")))


def source_options(options: RenderOptions) -> SourceOptions:
    return SourceOptions(sources=options.sources, repository_urls=options.repository_urls, revisions=options.revisions)


def _built(
    unit: DeployUnit, artifact: ArtifactTree, path: RepoPath, options: RenderOptions
) -> tuple[tuple[KubeObject, ...], tuple[Note, ...]]:
    from checker.render.kustomize import KustomizeOptions, build

    assert unit.declaration is not None
    if artifact.kind(path) is EntryKind.SUBMODULE:
        artifact.entries(path)
    if artifact.kind(path) is not EntryKind.DIRECTORY:
        near = nearest(artifact, path)
        hint = f"; did you mean {near}?" if near else ""
        absence = artifact.absence(path) if artifact.kind(path) is None else ""
        packed = "" if absence else _packed_source(unit)
        if packed:
            message = f"spec.path {path!r} is not a folder of this repository, which {packed}"
            raise RenderFailure(f"{message}{hint}", reason=Reason.REMOTE, location=unit.origin.location)
        why = absence or "is not a folder of the source"
        raise RenderFailure(
            f"spec.path {path!r} {why}, so Flux applies nothing and prunes nothing{hint}",
            location=unit.origin.location,
        )
    generated = kustomization_for(artifact, path, mapping(unit.declaration.body.get("spec")))
    overlaid = OverlayTree(artifact, {generated.file: generated.content}) if generated.content is not None else artifact
    objects = build(overlaid, path, KustomizeOptions(load_restrictor="none", order="fifo", sources=options.sources))
    return objects, generated.notes


def _packed_source(unit: DeployUnit) -> str:
    """What to say of a source that is taken for this repository and may be packed from a folder of it, as no Git repository is."""
    assert unit.declaration is not None
    reference = _source_of(unit)
    source = next((obj for obj in unit.related if (obj.kind, obj.namespace, obj.name) == reference), None)
    if source is None or reference.kind == "GitRepository" or THIS_REPOSITORY not in source.annotations:
        return ""
    return f"{reference} is taken for; if it packs a folder of it, map {'/'.join(reference)} to that folder under sources:"


def _with_origin(obj: KubeObject, artifact: ArtifactTree, unit: DeployUnit) -> KubeObject:
    return replace(
        obj,
        origin=_real(obj.origin, artifact, unit),
        contributors=tuple(_real(origin, artifact, unit) for origin in obj.contributors),
    )


def _real(origin: Origin, artifact: ArtifactTree, unit: DeployUnit) -> Origin:
    """What the generated kustomization contributes stands in the Flux Kustomization."""
    if artifact.kind(origin.path) is None:
        return unit.origin
    return replace(origin, path=artifact.origin(origin.path))


def _by_repository_note(note: Note, artifact: ArtifactTree) -> Note:
    location = note.location
    return note if location is None else replace(note, location=replace(location, path=artifact.origin(location.path)))


def _by_repository(failure: RenderFailure, artifact: ArtifactTree, unit: DeployUnit) -> RenderFailure:
    location = failure.location
    if location is not None and location != unit.origin.location:
        known = artifact.kind(location.path) is not None
        location = (
            Location(path=artifact.origin(location.path), line=location.line, column=location.column) if known else unit.origin.location
        )
    chain = tuple(artifact.origin(path) for path in failure.chain)
    return RenderFailure(_explained(failure.message, artifact), reason=failure.reason, location=location, chain=chain)


def _explained(message: str, artifact: ArtifactTree) -> str:
    """Of a file that is missing although the repository has it: why Flux does not see it."""
    missing = re.match(r"(\S+) does not exist", message)
    why = artifact.absence(RepoPath(missing[1])) if missing else ""
    return message.replace("does not exist", why, 1) if why else message


def _swept_in(objects: tuple[KubeObject, ...], artifact: ArtifactTree, path: RepoPath) -> Iterator[Note]:
    """Objects of hidden files that no kustomization lists: the generated one takes in whatever is below the folder."""
    if any(artifact.kind(join(path, name)) is EntryKind.FILE for name in KUSTOMIZATION_FILES):
        return
    top = artifact.origin(path)
    for file in dict.fromkeys(obj.origin.path for obj in objects):
        inside = file.removeprefix(f"{top}/") if file.startswith(f"{top}/") else ""
        if any(part.startswith(".") for part in inside.split("/")):
            message = f"{file} is hidden, and the kustomization that Flux generates for {path or '.'} applies it all the same"
            yield Note(id="swept-in", message=message, location=Location(path=file))


def _notes(unit: DeployUnit, objects: tuple[KubeObject, ...], options: RenderOptions) -> Iterator[Note]:
    """Of a unit's own version the unit that renders it speaks; a root has none."""
    assert unit.declaration is not None
    for obj in (*((unit.declaration,) if unit.parent is None else ()), *objects):
        old = no_longer_served(obj.group, obj.version, options.flux)
        if old:
            yield Note(id="api-version-removed", message=f"{obj.kind} {obj.name}: {old}", location=obj.origin.location, object=obj.key)
    if not objects and dig(unit.declaration.body, "spec", "prune") is True:
        message = f"{unit.name} renders no objects and prunes: whatever it applied before is deleted"
        yield Note(id="prunes-everything", message=message, location=unit.origin.location)
