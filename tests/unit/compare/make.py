"""Units, objects and changes made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from checker.compare import CompareOptions, compare
from checker.model.change import ChangedFile, ChangeFacts, PullRequest, Revision
from checker.model.diff import Comparison, ObjectDiff
from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, Rendered, UnitKey

Body = dict[str, Any]


def obj(
    kind: str, name: str, *, api: str = "v1", namespace: str = "shop", file: str = "base/all.yaml", meta: Body | None = None, **rest: Any
) -> KubeObject:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **(meta or {})}
    return KubeObject(body={"apiVersion": api, "kind": kind, "metadata": metadata, **rest}, origin=Origin(path=RepoPath(file)))


def deployment(
    name: str = "shop",
    *,
    image: str = "shop:1",
    replicas: int = 2,
    kind: str = "Deployment",
    spec: Body | None = None,
    pod: Body | None = None,
    **more: Any,
) -> KubeObject:
    container = {"name": "app", "image": image, **more}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container], **(pod or {})}}
    return obj(
        kind,
        name,
        api="apps/v1",
        spec={"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template, **(spec or {})},
    )


def kustomization(name: str, *, meta: Body | None = None, **spec: Any) -> KubeObject:
    api = "kustomize.toolkit.fluxcd.io/v1"
    return obj(
        "Kustomization", name, api=api, namespace="flux-system", file=f"clusters/{name}.yaml", meta=meta, spec={"prune": True, **spec}
    )


def application(name: str, *, meta: Body | None = None, **policy: Any) -> KubeObject:
    return obj(
        "Application",
        name,
        api="argoproj.io/v1alpha1",
        namespace="argocd",
        file=f"apps/{name}.yaml",
        meta=meta,
        spec={"syncPolicy": policy},
    )


def unit(
    *objects: KubeObject,
    name: str = "shop",
    environment: str = "production",
    cluster: str = "",
    controller: Controller = Controller.KUSTOMIZATION,
    declaration: KubeObject | None = None,
    reads: Iterable[str] = (),
    failure: str = "",
    reason: Reason = Reason.BROKEN,
    suspended: bool = False,
    parent: UnitKey | None = None,
    related: tuple[KubeObject, ...] = (),
) -> BuiltUnit:
    deploy = DeployUnit(
        controller=controller,
        name=name,
        path=RepoPath(f"apps/{environment}"),
        cluster=cluster or environment,
        environment=environment,
        declaration=declaration,
        related=related,
        origin=declaration.origin if declaration else Origin(path=RepoPath(f"apps/{environment}/kustomization.yaml")),
        parent=parent,
    )
    seen: Mapping[str, str | None] = dict.fromkeys(reads, "seen")
    if failure:
        place = Location(path=RepoPath(f"apps/{environment}/kustomization.yaml"), line=3)
        return BuiltUnit(unit=deploy, result=Failure(message=failure, reason=reason, location=place, reads=seen), suspended=suspended)
    return BuiltUnit(unit=deploy, result=Rendered(objects=objects, reads=seen), suspended=suspended)


def facts(*files: str, request: PullRequest | None = None, trailers: tuple[tuple[str, str], ...] = ()) -> ChangeFacts:
    return ChangeFacts(
        base=Revision(name="main", commit="a" * 40),
        head=Revision(name="feature", commit="b" * 40),
        pull_request=request or PullRequest(),
        files=tuple(ChangedFile(path=RepoPath(path), status="M", line=4) for path in files),
        trailers=trailers,
    )


def compared(base: Iterable[BuiltUnit], head: Iterable[BuiltUnit], *files: str, **options: Any) -> Comparison:
    return compare(tuple(base), tuple(head), facts(*files), CompareOptions(**options))


def one(before: KubeObject | None, after: KubeObject | None, *around: KubeObject) -> ObjectDiff:
    """The diff of a single object in one unit, other objects around it the same on both sides."""
    base = unit(*around, *([before] if before else []))
    head = unit(*around, *([after] if after else []))
    found = [diff for env in compared([base], [head]).environments for built in env.units for diff in built.objects]
    assert len(found) == 1, found
    return found[0]
