"""The product's doors as the conformance runner calls them: one thin function a suite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class NotSupported(Exception):
    """What we name and refuse."""


def yaml_to_json(text: str, *, strict: bool) -> object:
    """The first document, as sigs.k8s.io/yaml converts it; a text without one is null."""
    from checker.tools.yaml import load_documents

    documents = load_documents(text.encode("utf-8", "surrogatepass"))
    if not documents:
        return None
    problem = documents[0].error or (documents[0].duplicates[0] if strict and documents[0].duplicates else None)
    if problem is not None:
        raise ValueError(f"{problem.line}:{problem.column}: {problem.message}")
    return documents[0].value


def schema_verdicts(root: Path, file: str, *, kubernetes: str, strict: bool) -> list[dict[str, object]]:
    """Every object of a file against the built-in schemas alone."""
    from checker.model.paths import RepoPath
    from checker.tools.yaml import read_objects
    from checker.validate import ValidateOptions, validate_objects

    options = ValidateOptions(kubernetes=(kubernetes,), strict=strict, server_rules=False, decrypted=False)
    found = read_objects((root / file).read_bytes(), RepoPath(file)).objects
    counted = [(obj, validate_objects([obj], options).counts) for obj in found]
    return [{"kind": obj.kind, "name": _kubeconform_name(obj.metadata), "valid": not counts.failed} for obj, counts in counted]


def _kubeconform_name(metadata: Mapping[str, object]) -> object:
    """A generated name comes before a given one."""
    generated = metadata.get("generateName")
    return f"{generated}{{{{ generateName }}}}" if generated else metadata.get("name", "")


def helm_template(
    root: Path, chart: str, *, release: str, namespace: str, values_files: list[str], set_values: list[str], include_crds: bool
) -> list[dict[str, object]]:
    """What `helm template` prints, lists as they are."""
    from checker.model.paths import RepoPath
    from checker.model.units import Reason, RenderFailure
    from checker.render.helm import HelmRequest, merged_values, render_chart, set_value
    from checker.snapshot.directory import DirectoryTree
    from checker.tools.yaml import load_documents

    tree = DirectoryTree(root)
    values: dict[str, Any] = {}
    for file in values_files:
        values = merged_values(values, load_documents(tree.read(RepoPath(file)))[0].value or {})  # type: ignore[arg-type]
    for expression in set_values:
        set_value(values, expression)
    request = HelmRequest(release=release, namespace=namespace, values=values, include_crds=include_crds, keep_lists=True)
    try:
        return [dict(obj.body) for obj in render_chart(tree, RepoPath(chart), request)]
    except RenderFailure as failure:
        raise (NotSupported if failure.reason is not Reason.BROKEN else ValueError)(failure.message) from failure


def render_flux(root: Path, *, entry: str) -> list[dict[str, object]]:
    """Every Flux unit that the entry folder leads to."""
    from checker.discover import DiscoverOptions
    from checker.model.paths import RepoPath, is_within
    from checker.model.units import Controller, Reason, Rendered
    from checker.pipeline.expand import ExpandOptions, expand_one
    from checker.render.options import RenderOptions
    from checker.snapshot.directory import DirectoryTree

    kinds = {Controller.FLUX_KUSTOMIZATION: "kustomization", Controller.FLUX_HELMRELEASE: "helmrelease"}
    options = ExpandOptions(discover=DiscoverOptions(), render=RenderOptions(), digest_key=b"conformance")
    units: list[dict[str, object]] = []
    for built in expand_one(DirectoryTree(root), options).built:
        unit = built.unit
        if unit.controller not in kinds or not is_within(unit.origin.path, RepoPath(entry)):
            continue
        if isinstance(built.result, Rendered):
            objects = [dict(obj.body) for obj in built.objects]
            units.append({"kind": kinds[unit.controller], "name": unit.name, "namespace": unit.namespace, "objects": objects})
        elif unit.controller is Controller.FLUX_KUSTOMIZATION and built.result.reason is not Reason.REMOTE:
            raise ValueError(f"{unit.name}: {built.result.message}")
    return units


def gatekeeper_violations(
    template: dict[str, Any], constraint: dict[str, Any], obj: dict[str, Any], inventory: list[dict[str, Any]]
) -> list[str]:
    """Messages of one constraint on one object; an AdmissionReview is judged as it came."""
    from checker.evaluate.constraints import TemplateError
    from checker.evaluate.gatekeeper import gatekeeper_messages, review_of
    from checker.evaluate.matching import UnknownNamespaceError
    from checker.model.objects import KubeObject, Origin
    from checker.model.paths import RepoPath

    def wrapped(body: dict[str, Any]) -> KubeObject:
        return KubeObject(body=body, origin=Origin(path=RepoPath("case.yaml")))

    beside = [wrapped(body) for body in inventory]
    review = obj["request"] if obj.get("kind") == "AdmissionReview" else review_of(wrapped(obj))
    try:
        return gatekeeper_messages(wrapped(template), wrapped(constraint), review, beside)
    except (TemplateError, UnknownNamespaceError) as error:
        raise NotSupported(str(error)) from error


def kustomize_build(root: Path, path: str, *, load_restrictor: str, enable_helm: bool) -> list[dict[str, object]]:
    """What the kustomization in a folder builds to; ValueError where kustomize would refuse."""
    from checker.model.paths import repo_path
    from checker.model.units import Reason, RenderFailure
    from checker.render.kustomize import KustomizeOptions, build
    from checker.render.kustomize_charts import chart_renderer
    from checker.snapshot.directory import DirectoryTree

    if not root.is_dir():
        raise ValueError(f"{root} is not a folder")
    tree = DirectoryTree(root)
    options = KustomizeOptions(load_restrictor=load_restrictor, enable_helm=enable_helm, order="fifo", helm=chart_renderer(tree))
    try:
        return [dict(obj.body) for obj in build(tree, repo_path(path), options)]
    except RenderFailure as failure:
        if failure.reason is Reason.BROKEN:
            raise ValueError(failure.message) from failure
        raise NotSupported(failure.message) from failure


def diff_argocd(repo: Path, *, base: str, head: str) -> list[dict[str, object]]:
    """What each Application renders to on both sides, object by object; those that the cases' own tool was told to ignore are left out."""
    from checker.discover import DiscoverOptions
    from checker.model.units import Controller
    from checker.pipeline.expand import ExpandOptions, expand
    from checker.render.options import RenderOptions
    from checker.snapshot import open_repository

    repository = open_repository(repo)
    urls = repository.remote_urls()
    options = ExpandOptions(
        discover=DiscoverOptions(repository_urls=urls, revisions=(base,)),
        render=RenderOptions(repository_urls=urls, revisions=(base,)),
        digest_key=b"conformance",
    )
    sides = expand(repository.commit_tree(base), repository.commit_tree(head), options)
    before, after = (
        {unit.unit.key: unit for unit in side.built if unit.unit.controller is Controller.ARGOCD_APPLICATION} for side in sides
    )
    result: list[dict[str, object]] = []
    for key in sorted({*before, *after}):
        unit = (after.get(key) or before[key]).unit
        if unit.declaration is not None and unit.declaration.annotations.get("argocd-diff-preview/ignore") == "true":
            continue
        old, new = ({obj.key: obj.body for obj in side[key].objects} if key in side else {} for side in (before, after))
        rows = [
            {"kind": obj.kind, "namespace": obj.namespace, "name": obj.name, "change": word}
            for obj in sorted({*old, *new})
            if (word := "created" if obj not in old else "deleted" if obj not in new else "changed" if old[obj] != new[obj] else "")
        ]
        if rows:
            result.append({"application": key.name, "objects": rows})
    return result
