"""A reference to a Flux source and the objects known in its cluster -> the artifact's content as a tree.

Content that is neither this repository nor a copy named in `sources` is a RenderFailure with reason REMOTE that says where
it would come from. Discovery marks the source objects that stand for this repository with an annotation, since only it has
seen how the cluster was bootstrapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checker.model.objects import KubeObject, dig, mapping, sequence, text
from checker.model.paths import RepoPath, clamped_path
from checker.model.records import dataclass, field
from checker.model.tree import EntryKind, Tree
from checker.model.units import Reason, RenderFailure
from checker.tools.flux.copying import copied_files
from checker.tools.flux.trees import ArtifactTree, CombinedTree, CopiedTree, FolderTree, RepackedTree, RepositoryTree

THIS_REPOSITORY = "gitops-check/this-repository"
"""Annotation that discovery puts on its own copy of a source object."""
MAX_GENERATORS = 8
MAX_COPIED = 20_000
SOURCE_GROUP = "source.toolkit.fluxcd.io"
EXTENSIONS_GROUP = "source.extensions.fluxcd.io"


class SourceRef(NamedTuple):
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """`sources` are folders of the tree by URL, or by `Kind/namespace/name` of the source object."""

    sources: Mapping[str, str] = field(default_factory=dict)
    repository_urls: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()


class _Scope(NamedTuple):
    objects: Sequence[KubeObject]
    tree: Tree
    options: SourceOptions


def open_source(reference: SourceRef, objects: Sequence[KubeObject], tree: Tree, options: SourceOptions) -> ArtifactTree:
    """The content that a reference stands for. `objects` are the source objects of the cluster."""
    return _open(reference, _Scope(objects, tree, options), ())


def names_this_repository(source: KubeObject, options: SourceOptions) -> bool:
    """Whether a source object's URL is one of this repository's, or discovery found it to be."""
    if THIS_REPOSITORY in source.annotations:
        return True
    ours = {normalised_url(url) for url in options.repository_urls}
    return source.kind == "GitRepository" and normalised_url(text(dig(source.body, "spec", "url"))) in ours


def normalised_url(url: str) -> str:
    """`host/path` of a repository URL in any spelling: scheme, user, port, `.git` and letter case do not count."""
    bare = re.sub(r"^[a-z+]+://", "", url.strip(), flags=re.IGNORECASE)
    bare = bare.rpartition("@")[2] if "@" in bare.split("/")[0] else bare
    host, _, path = bare.partition("/") if re.match(r"^[^/:]+(:\d+)?/", bare) else bare.partition(":")
    return f"{host.split(':')[0]}/{path}".rstrip("/").removesuffix(".git").casefold()


def source_url(source: KubeObject) -> str:
    """Where the controller would fetch it: the URL, or endpoint and bucket."""
    spec = mapping(source.body.get("spec"))
    return text(spec.get("url")) or "/".join(part for part in (text(spec.get("endpoint")), text(spec.get("bucketName"))) if part)


def _open(reference: SourceRef, scope: _Scope, above: tuple[SourceRef, ...]) -> ArtifactTree:
    named = scope.options.sources.get("/".join(reference))
    if named is not None:
        return _folder(reference, RepoPath(str(named).strip("/")), scope)
    if reference in above or len(above) > MAX_GENERATORS:
        raise RenderFailure(f"{reference} is made from itself: {' -> '.join(map(str, (*above, reference)))}")
    if reference.kind == "ExternalArtifact":
        generated = _generator(reference, scope.objects)
        if generated is not None:
            return _copied(*generated, scope, (*above, reference))
    source = _find(reference, scope.objects)
    if source is None:
        raise RenderFailure(
            f"{reference} is not declared in this repository, so its content is unknown; declare it, or map "
            f"{'/'.join(reference)} to a folder under sources:",
            reason=Reason.REMOTE,
        )
    if names_this_repository(source, scope.options):
        _same_revision(reference, source, scope.options)
        ignore = text(dig(source.body, "spec", "ignore"))
        included = _included(source, scope, (*above, reference))
        return RepackedTree(included, ignore) if included is not None else RepositoryTree(scope.tree, ignore)
    folder = _mapped(source_url(source), scope.options.sources)
    if folder is not None:
        return _folder(reference, folder, scope)
    raise RenderFailure(
        f"{reference} is remote ({source_url(source) or 'no URL'}{_version(source)}); copy it and map it under sources:",
        reason=Reason.REMOTE,
    )


def _folder(reference: SourceRef, folder: RepoPath, scope: _Scope) -> ArtifactTree:
    if scope.tree.kind(folder) is not EntryKind.DIRECTORY:
        raise RenderFailure(f"{reference}: {folder}, where sources: says its copy is, is no folder", reason=Reason.REMOTE)
    return FolderTree(scope.tree, folder)


def _find(reference: SourceRef, objects: Iterable[KubeObject]) -> KubeObject | None:
    for obj in objects:
        if obj.group == SOURCE_GROUP and (obj.kind, obj.namespace, obj.name) == reference:
            return obj
    return None


def _generator(reference: SourceRef, objects: Iterable[KubeObject]) -> tuple[KubeObject, Mapping[str, object]] | None:
    for obj in objects:
        if obj.kind == "ArtifactGenerator" and obj.group == EXTENSIONS_GROUP and obj.namespace == reference.namespace:
            for artifact in sequence(dig(obj.body, "spec", "artifacts")):
                if mapping(artifact).get("name") == reference.name:
                    return obj, mapping(artifact)
    return None


def _same_revision(reference: SourceRef, source: KubeObject, options: SourceOptions) -> None:
    """Refuse a reference to another revision of this repository than the one at hand.

    What a cluster was bootstrapped from is at hand whatever it tracks: the change under check is on its way there.
    """
    if THIS_REPOSITORY in source.annotations:
        return
    ref = mapping(dig(source.body, "spec", "ref"))
    known = _branches(options.revisions)
    for name in ("commit", "name", "semver", "tag", "branch"):
        value = text(ref.get(name))
        if not value:
            continue
        branch = value.removeprefix("refs/heads/") if name == "branch" or value.startswith("refs/heads/") else ""
        if branch and (not known or branch in known):
            return
        raise RenderFailure(f"{reference} tracks {name} {value} of this repository, not the revision under check", reason=Reason.REMOTE)


def _branches(revisions: Iterable[str]) -> frozenset[str]:
    """The branch names among revisions as people give them: `origin/main` is main; `HEAD~1` and commits name none."""
    bare = (re.sub(r"^(?:refs/heads/|refs/remotes/[^/]+/|origin/)", "", revision) for revision in revisions)
    return frozenset(name for name in bare if not re.search(r"^HEAD|[~^@{: ]|^[0-9a-f]{7,64}$", name))


def _included(source: KubeObject, scope: _Scope, above: tuple[SourceRef, ...]) -> CombinedTree | None:
    """The repository with what `spec.include` puts into it, None where that is nothing.

    Each is moved to a path where nothing is yet (source-controller internal/controller/gitrepository_controller.go).
    """
    combined: CombinedTree | None = None
    for item in sequence(dig(source.body, "spec", "include")):
        name = text(dig(mapping(item), "repository", "name"))
        start, to = text(mapping(item).get("fromPath")), text(mapping(item).get("toPath")) or name
        what = f"GitRepository {source.name} includes {start or 'all'} of GitRepository {name} at {to}"
        tree = _open(SourceRef("GitRepository", source.namespace, name), scope, above)
        here, there = clamped_path(to), clamped_path(start)
        kind = tree.kind(there)
        if kind is None:
            raise RenderFailure(f"{what}, and there is no {start}", location=source.origin.location)
        before = combined or CombinedTree(scope.tree, {})
        if before.kind(here, follow=False) not in (None, EntryKind.FILE) or (kind is EntryKind.DIRECTORY and before.kind(here)):
            raise RenderFailure(f"{what}, where something is already", location=source.origin.location)
        combined = CombinedTree(scope.tree, {**before.parts, here: (tree, there)})
    return combined


def _mapped(url: str, sources: Mapping[str, str]) -> RepoPath | None:
    """The folder for a URL: an entry for exactly it in any spelling, or for one that it lies below."""
    if not url:
        return None
    same = next((known for known in sources if normalised_url(known) == normalised_url(url)), None)
    if same is not None:
        return RepoPath(str(sources[same]).strip("/"))
    above = max((known for known in sources if url.startswith(known.rstrip("/") + "/")), key=len, default=None)
    return None if above is None else clamped_path(url[len(above.rstrip("/")) :], RepoPath(str(sources[above]).strip("/")))


def _version(source: KubeObject) -> str:
    ref = mapping(dig(source.body, "spec", "ref"))
    return next((f", {name} {ref[name]}" for name in ("digest", "commit", "name", "semver", "tag", "branch") if ref.get(name)), "")


def _copied(generator: KubeObject, artifact: Mapping[str, object], scope: _Scope, above: tuple[SourceRef, ...]) -> ArtifactTree:
    """Copy rules as source-watcher applies them (fluxcd/source-watcher docs/spec/v1beta1/artifactgenerators.md)."""
    aliases = {text(mapping(item).get("alias")): mapping(item) for item in sequence(dig(generator.body, "spec", "sources"))}
    opened: dict[str, ArtifactTree] = {}
    files: dict[RepoPath, tuple[ArtifactTree, RepoPath]] = {}
    for rule in sequence(artifact.get("copy")):
        start, to = text(mapping(rule).get("from")), text(mapping(rule).get("to"))
        alias, slash, pattern = start.removeprefix("@").partition("/")
        where = f"ArtifactGenerator {generator.name}: copy from {start!r} to {to!r}"
        if not start.startswith("@") or not slash or not to.startswith("@artifact/") or alias not in aliases:
            raise RenderFailure(
                f"{where} is not of the form @alias/pattern to @artifact/path with a declared alias", location=generator.origin.location
            )
        if text(mapping(rule).get("strategy")) not in ("", "Overwrite"):
            raise RenderFailure(f"{where} uses strategy {mapping(rule).get('strategy')}, which is not supported", reason=Reason.UNSUPPORTED)
        if alias not in opened:
            source = aliases[alias]
            reference = SourceRef(text(source.get("kind")), text(source.get("namespace")) or generator.namespace, text(source.get("name")))
            opened[alias] = _open(reference, scope, above)
        excluded = [text(item) for item in sequence(mapping(rule).get("exclude"))]
        copied = copied_files(opened[alias], pattern, to.removeprefix("@artifact/"), excluded, files)
        if copied is None:
            raise RenderFailure(f"{where} matches no file", location=generator.origin.location)
        files.update(copied)
        if len(files) > MAX_COPIED:
            raise RenderFailure(f"{where} copies more than {MAX_COPIED} files, which is not supported", reason=Reason.UNSUPPORTED)
    return RepackedTree(CopiedTree(scope.tree.label, files))
