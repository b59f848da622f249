"""Whatever stands in an object of a pull request: an answer or a failure with a reason, never an exception of another kind."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.discover import DiscoverOptions
from checker.discover.flux import find_children, find_roots
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.units import BuiltUnit, Controller, DeployUnit, Rendered, RenderFailure
from checker.render.flux import render_kustomization, render_resourceset
from checker.render.helm import render_helmrelease
from checker.render.options import RenderOptions
from tests.unit.render.flux.builders import config_map, git_repository, repository

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "x", "app", "../..", "${x}", "flux-system", "GitRepository", "*", "Always"])
)
KEYS = st.sampled_from(
    [
        *(
            "path",
            "sourceRef",
            "kind",
            "name",
            "namespace",
            "postBuild",
            "substitute",
            "substituteFrom",
            "patches",
            "images",
            "components",
            "prune",
        ),
        *(
            "chart",
            "spec",
            "chartRef",
            "values",
            "valuesFrom",
            "targetPath",
            "postRenderers",
            "kustomize",
            "commonMetadata",
            "labels",
            "dependsOn",
        ),
        *(
            "inputs",
            "resources",
            "resourcesTemplate",
            "steps",
            "inputsFrom",
            "sync",
            "sources",
            "artifacts",
            "copy",
            "from",
            "to",
            "decryption",
        ),
    ]
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)
SPECS = st.dictionaries(KEYS, VALUES, max_size=6)
TREE = repository({"app/a.yaml": config_map("a", key="${x:=1}"), "charts/Chart.yaml": "name: c\nversion: 1.0.0\n"})
ORIGIN = Origin(path=RepoPath("app/a.yaml"))
SLOW = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
RENDERERS = {
    Controller.FLUX_KUSTOMIZATION: ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", render_kustomization),
    Controller.FLUX_HELMRELEASE: ("helm.toolkit.fluxcd.io/v2", "HelmRelease", render_helmrelease),
    Controller.FLUX_RESOURCESET: ("fluxcd.controlplane.io/v1", "ResourceSet", render_resourceset),
}


def declared(version: str, kind: str, spec: Any) -> KubeObject:
    return KubeObject(
        body={"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "flux-system"}, "spec": spec}, origin=ORIGIN
    )


@SLOW
@given(st.sampled_from(sorted(RENDERERS)), SPECS, st.booleans())
def test_any_spec_renders_or_fails_with_a_reason(controller: Controller, spec: dict[str, Any], complete: bool) -> None:
    version, kind, renderer = RENDERERS[controller]
    reference = {"kind": "GitRepository", "name": "flux-system"}
    full = {**spec, "path": "app", "sourceRef": reference} if complete else spec
    unit = DeployUnit(
        controller=controller,
        name="x",
        namespace="flux-system",
        path=None,
        declaration=declared(version, kind, full),
        related=(git_repository(),),
        origin=ORIGIN,
    )
    try:
        result = renderer(unit, TREE, RenderOptions())
    except RenderFailure as failure:
        result = Rendered(objects=())
        message = failure.message
    else:
        message = "rendered"
    assert message
    assert all(isinstance(obj.body, dict) for obj in result.objects)


KINDS = [
    *(
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("fluxcd.controlplane.io/v1", "ResourceSet"),
    ),
    *(("fluxcd.controlplane.io/v1", "FluxInstance"), ("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator")),
    *(("source.toolkit.fluxcd.io/v1", "GitRepository"), ("source.toolkit.fluxcd.io/v1", "HelmChart")),
]


@SLOW
@given(st.lists(st.tuples(st.sampled_from(KINDS), SPECS | VALUES), max_size=5))
def test_any_objects_are_discovered_without_a_fall(found: list[tuple[tuple[str, str], Any]]) -> None:
    objects = [declared(version, kind, spec) for (version, kind), spec in found]
    roots = find_roots(TREE, objects, DiscoverOptions())
    built = [BuiltUnit(unit=unit, result=Rendered(objects=tuple(objects))) for unit in roots]
    children = find_children(built, TREE, DiscoverOptions())
    assert {unit.controller for unit in children} <= set(RENDERERS)
