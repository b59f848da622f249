"""What takes several Flux units to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checker.discover.flux_findings import find_conflicts, find_unreleased
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, Rendered

ORIGIN = Origin(path=RepoPath("clusters/prod/apps.yaml"), line=3)


def unit(
    name: str, *depends_on: str, cluster: str = "prod", objects: tuple[str, ...] = ("own",), suspended: bool = False, **spec: Any
) -> BuiltUnit:
    body = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "spec": {"dependsOn": [{"name": item} for item in depends_on], **spec},
    }
    declared = DeployUnit(
        controller=Controller.FLUX_KUSTOMIZATION,
        name=name,
        path=RepoPath(name),
        cluster=cluster,
        origin=ORIGIN,
        declaration=KubeObject(body=body, origin=ORIGIN),
    )
    made = tuple(
        KubeObject(
            body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name if item == "own" else item}},
            origin=Origin(path=RepoPath(f"{name}.yaml")),
        )
        for item in objects
    )
    return BuiltUnit(unit=declared, result=Rendered(objects=made), suspended=suspended)


def told(*units: BuiltUnit) -> list[tuple[str, str]]:
    return [(finding.rule, finding.location.path) for finding in find_conflicts(units)]


def test_dependencies_that_resolve_are_fine() -> None:
    assert told(unit("a"), unit("b", "a"), unit("c", "a", "b")) == []


def test_a_missing_dependency_is_named() -> None:
    (finding,) = find_conflicts([unit("a", "gone")])
    assert finding.rule == "dependency-missing"
    assert "gone" in finding.message
    assert finding.location.line == 3


def test_nothing_is_called_missing_where_a_unit_could_not_be_seen_into() -> None:
    assert told(unit("a", "gone"), unit("b", objects=())) == []


def unseen(
    name: str, kind: str = "GitRepository", controller: Controller = Controller.FLUX_KUSTOMIZATION, reason: Reason = Reason.REMOTE
) -> BuiltUnit:
    """A unit that is not rendered, made from a source of its own name."""
    reference: dict[str, Any] = {"kind": kind, "name": name}
    of_chart = {"chart": {"spec": {"chart": "c", "sourceRef": reference}}}
    made = unit(name, **({"sourceRef": reference} if controller is Controller.FLUX_KUSTOMIZATION else of_chart))
    return BuiltUnit(unit=replace(made.unit, controller=controller), result=Failure(message="m", reason=reason, location=ORIGIN.location))


def test_a_source_that_nothing_declares_is_named() -> None:
    (finding,) = find_conflicts([unseen("gone")])
    assert (finding.rule, finding.location.line) == ("source-missing", 3)
    assert "made from GitRepository gone" in finding.message
    (finding,) = find_conflicts([unseen("gone", "HelmRepository", Controller.FLUX_HELMRELEASE)])
    assert "made from HelmRepository gone" in finding.message


def test_a_source_that_is_declared_or_may_be_out_of_sight_is_not() -> None:
    source = KubeObject(body={"kind": "GitRepository", "metadata": {"name": "far"}}, origin=ORIGIN)
    far = unseen("far")
    assert told(replace(far, unit=replace(far.unit, related=(source,)))) == []
    assert told(unseen("broken", reason=Reason.BROKEN)) == []
    hiding = replace(far, unit=replace(far.unit, related=(source,)))
    assert told(hiding, unseen("gone", "HelmRepository", Controller.FLUX_HELMRELEASE)) == []


def test_a_chart_that_is_remote_hides_no_missing_dependency() -> None:
    declared = KubeObject(body={"kind": "HelmRepository", "metadata": {"name": "far"}}, origin=ORIGIN)
    far = unseen("far", "HelmRepository", Controller.FLUX_HELMRELEASE)
    chart = replace(far, unit=replace(far.unit, related=(declared,)))
    assert told(unit("a", "gone"), chart) == [("dependency-missing", ORIGIN.path)]


def test_a_circle_is_told_once() -> None:
    (finding,) = find_conflicts([unit("a", "b"), unit("b", "c"), unit("c", "a"), unit("d", "a")])
    assert finding.rule == "dependency-cycle"
    assert finding.message.count("->") == 3
    assert told(unit("self", "self")) == [("dependency-cycle", ORIGIN.path)]


def test_an_object_of_two_units_is_found_in_one_cluster_only() -> None:
    assert told(unit("a", objects=("x", "y")), unit("b", objects=("x",))) == [("owned-twice", "b.yaml")]
    assert told(unit("a", objects=("x",)), unit("b", objects=("x",), cluster="dev")) == []
    assert told(unit("a", objects=("x",)), unit("b", objects=("x",), suspended=True)) == []
    assert told(unit("a", objects=("x",)), unit("b", objects=("x",), kubeConfig={"secretRef": {"name": "k"}})) == []


def release(strategy: str = "", **reads: str) -> BuiltUnit:
    chart: dict[str, Any] = {"chart": "./c", "sourceRef": {"kind": "GitRepository", "name": "g"}}
    chart |= {"reconcileStrategy": strategy} if strategy else {}
    body = {"kind": "HelmRelease", "spec": {"chart": {"spec": chart}}}
    declared = DeployUnit(
        controller=Controller.FLUX_HELMRELEASE,
        name="r",
        path=RepoPath("c"),
        origin=ORIGIN,
        declaration=KubeObject(body=body, origin=ORIGIN),
    )
    return BuiltUnit(unit=declared, result=Rendered(objects=(), reads={f"c/{name}": seen for name, seen in reads.items()}))


def test_edge_41_a_chart_that_changes_under_its_old_version_is_not_rolled_out() -> None:
    before = release(**{"Chart.yaml": "1", "templates/a.yaml": "1"})
    (finding,) = find_unreleased([before], [release(**{"Chart.yaml": "1", "templates/a.yaml": "2"})])
    assert finding.rule == "chart-version-unchanged"
    assert "c/templates/a.yaml" in finding.message
    assert find_unreleased([before], [before]) == ()
    assert find_unreleased([before], [release(**{"Chart.yaml": "2", "templates/a.yaml": "2"})]) == ()
    assert find_unreleased([before], [release("Revision", **{"Chart.yaml": "1", "templates/a.yaml": "2"})]) == ()
    assert find_unreleased([], [before]) == ()


def helm(name: str, namespace: str, kind: str) -> BuiltUnit:
    declared = DeployUnit(
        controller=Controller.FLUX_HELMRELEASE,
        name=name,
        namespace=namespace,
        path=None,
        origin=ORIGIN,
        declaration=KubeObject(body={}, origin=ORIGIN),
    )
    obj = KubeObject(body={"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}}, origin=ORIGIN)
    return BuiltUnit(unit=declared, result=Rendered(objects=(obj,)))


def test_a_release_applies_to_its_own_namespace() -> None:
    assert told(helm("a", "one", "ConfigMap"), helm("b", "two", "ConfigMap")) == []
    assert told(helm("a", "one", "ConfigMap"), helm("b", "one", "ConfigMap")) == [("owned-twice", ORIGIN.path)]
    assert told(helm("a", "one", "ClusterRole"), helm("b", "two", "ClusterRole")) == [("owned-twice", ORIGIN.path)]
