"""What is known of one cluster: every object declared or rendered in it -> the sources and values that a Flux unit names.

Objects come from what was rendered, where a parent may have patched them, before what is only written in files. A source
is taken for this repository by its URL, by bootstrap (`flux-system`), or because a Kustomization built from it holds its
own definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.model.objects import KubeObject, ObjectKey, dig, mapping, sequence, text
from checker.model.paths import RepoPath, clamped_path, is_within
from checker.model.records import replace
from checker.model.tree import EntryKind, Tree, TreeError
from checker.model.units import RenderFailure
from checker.tools.flux import THIS_REPOSITORY, ArtifactTree, SourceOptions, SourceRef, open_source

KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"
HELM_GROUP = "helm.toolkit.fluxcd.io"
SOURCE_GROUPS = ("source.toolkit.fluxcd.io", "source.extensions.fluxcd.io")
CONTROL_GROUP = "fluxcd.controlplane.io"
BOOTSTRAP = "flux-system"
_Ident = tuple[str, str, str]


def is_source_or_value(key: ObjectKey) -> bool:
    return key.group in SOURCE_GROUPS or key.kind in ("ConfigMap", "Secret", "ResourceSetInputProvider")


def matters(key: ObjectKey) -> bool:
    """Whether an object with this key says anything about its cluster."""
    return is_source_or_value(key) or (key.group == KUSTOMIZE_GROUP and key.kind == "Kustomization")


class Cluster:
    """Objects by (kind, namespace, name); `ours` are the sources found to be this repository."""

    def __init__(self, name: str, objects: Iterable[KubeObject], ours: Mapping[SourceRef, str], options: SourceOptions) -> None:
        self.name = name
        self.options = options
        self._found: dict[_Ident, KubeObject] = {}
        self._opened: dict[tuple[SourceRef, Tree], ArtifactTree | None] = {}
        self._generators: list[KubeObject] = []
        for obj in objects:
            if is_source_or_value(obj.key):
                self._found.setdefault((obj.kind, obj.namespace, obj.name), obj)
        for ref, how in ours.items():
            self._found[ref] = _marked(self._found.get(ref) or _assumed(ref), how)
        self._generators = [obj for obj in self._found.values() if obj.kind == "ArtifactGenerator"]

    def sources(self, reference: SourceRef) -> tuple[KubeObject, ...]:
        """The source object, and those it is made from in turn."""
        return tuple(self._sources(reference, set()))

    def values(self, declaration: KubeObject) -> tuple[KubeObject, ...]:
        """ConfigMaps and Secrets that the unit reads variables or values from, as far as they are known."""
        spec = mapping(declaration.body.get("spec"))
        named = [*sequence(dig(spec, "postBuild", "substituteFrom")), *sequence(spec.get("valuesFrom"))]
        wanted = ((text(mapping(item).get("kind")), declaration.namespace, text(mapping(item).get("name"))) for item in named)
        return tuple(self._found[ident] for ident in dict.fromkeys(wanted) if ident in self._found)

    def providers(self) -> tuple[KubeObject, ...]:
        return tuple(obj for obj in self._found.values() if obj.kind == "ResourceSetInputProvider")

    def path(self, reference: SourceRef, path: str, tree: Tree) -> RepoPath | None:
        """Where in the repository a path of the source's content lies; None where the content is elsewhere."""
        artifact = self._artifact(reference, tree)
        try:
            return artifact.origin(clamped_path(path)) if artifact is not None else None
        except (RenderFailure, TreeError):
            return None

    def _artifact(self, reference: SourceRef, tree: Tree) -> ArtifactTree | None:
        """Hundreds of units are built from one source."""
        if (reference, tree) not in self._opened:
            try:
                self._opened[reference, tree] = open_source(reference, self.sources(reference), tree, self.options)
            except (RenderFailure, TreeError):
                self._opened[reference, tree] = None
        return self._opened[reference, tree]

    def _sources(self, reference: SourceRef, seen: set[SourceRef]) -> Iterator[KubeObject]:
        if reference in seen:
            return
        seen.add(reference)
        found = self._found.get(reference)
        if found is not None:
            yield found
            if found.kind == "HelmChart":
                yield from self._sources(chart_source(found, "spec"), seen)
            for item in sequence(dig(found.body, "spec", "include")):
                yield from self._sources(SourceRef("GitRepository", found.namespace, text(dig(mapping(item), "repository", "name"))), seen)
        if reference.kind == "ExternalArtifact":
            for generator in self._generators:
                if generator.namespace == reference.namespace and reference.name in _artifacts(generator):
                    yield generator
                    for item in sequence(dig(generator.body, "spec", "sources")):
                        yield from self._sources(_reference(item, generator.namespace), seen)


def source_reference(declaration: KubeObject) -> SourceRef:
    """What `spec.sourceRef` of a Kustomization names."""
    return _reference(dig(declaration.body, "spec", "sourceRef"), declaration.namespace)


def chart_source(obj: KubeObject, *at: str) -> SourceRef:
    return _reference(dig(obj.body, *at, "sourceRef"), obj.namespace)


def chart_reference(release: KubeObject) -> SourceRef:
    """What `spec.chartRef` of a HelmRelease names, else the source of `spec.chart`."""
    direct = dig(release.body, "spec", "chartRef")
    return _reference(direct, release.namespace) if direct else chart_source(release, "spec", "chart", "spec")


def our_sources(declared: Iterable[KubeObject], tree: Tree) -> dict[SourceRef, str]:
    """The sources that stand for this repository, each with how that is known."""
    objects = tuple(declared)
    known = {SourceRef(obj.kind, obj.namespace, obj.name): obj for obj in reversed(objects) if obj.group in SOURCE_GROUPS}
    # A source of the name in another namespace is not what an undeclared one means: the reference is wrong.
    elsewhere = {(ref.kind, ref.name) for ref in known}
    found: dict[SourceRef, str] = {}
    for obj in objects:
        if obj.group != KUSTOMIZE_GROUP or obj.kind != "Kustomization":
            continue
        reference = source_reference(obj)
        source = known.get(reference)
        bootstrap = reference[1:] == (BOOTSTRAP, BOOTSTRAP) and (source is None or source.origin.path.endswith("/gotk-sync.yaml"))
        if reference.kind in ("ExternalArtifact", ""):
            continue
        path = clamped_path(text(dig(obj.body, "spec", "path")))
        if bootstrap:
            found[reference] = "bootstrap"
        elif path and _holds_itself(obj, path, tree):
            found.setdefault(reference, "self-managed")
        elif (
            source is None
            and path
            and reference.kind == "GitRepository"
            and (reference.kind, reference.name) not in elsewhere
            and _is_directory(tree, path)
        ):
            found.setdefault(reference, "assumed")
    return found


def _holds_itself(obj: KubeObject, path: RepoPath, tree: Tree) -> bool:
    return is_within(obj.origin.path, path) and _is_directory(tree, path)


def _is_directory(tree: Tree, path: RepoPath) -> bool:
    try:
        return tree.kind(path) is EntryKind.DIRECTORY
    except TreeError:
        return False


def _marked(source: KubeObject, how: str) -> KubeObject:
    metadata = {**source.metadata, "annotations": {**source.annotations, THIS_REPOSITORY: how}}
    return replace(source, body={**source.body, "metadata": metadata})


def _assumed(reference: SourceRef) -> KubeObject:
    from checker.model.objects import Origin
    from checker.model.paths import ROOT

    metadata = {"name": reference.name, "namespace": reference.namespace}
    body = {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": reference.kind, "metadata": metadata, "spec": {}}
    return KubeObject(body=body, origin=Origin(path=ROOT))  # type: ignore[arg-type]


def _artifacts(generator: KubeObject) -> set[str]:
    return {text(mapping(item).get("name")) for item in sequence(dig(generator.body, "spec", "artifacts"))}


def _reference(value: object, namespace: str) -> SourceRef:
    ref = mapping(value)
    return SourceRef(text(ref.get("kind")), text(ref.get("namespace")) or namespace, text(ref.get("name")))
