"""A render that stopped early: what it had still to read is known, so that a change to it is no silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree, unchanged
from checker.model.units import Controller, DeployUnit, Failure
from checker.render import render_unit
from checker.render.options import RenderOptions

REMOTE = "https://charts.example.com"
HERE = "https://git.example.com/acme/fleet"
FILES = {
    "overlay/kustomization.yaml": json.dumps(
        {
            "resources": [f"{REMOTE}/crds.yaml", "../base", "own.yaml"],
            "components": ["../component"],
            "configMapGenerator": [{"name": "settings", "files": ["app.conf=settings/app.conf"]}],
            "helmCharts": [{"name": "redis", "repo": REMOTE, "version": "1.0.0", "valuesFile": "../values/redis.yaml"}],
        }
    ),
    "overlay/own.yaml": "a",
    "overlay/README.md": "a",
    "overlay/settings/app.conf": "a",
    "component/kustomization.yaml": "kind: Component\npatches: [{path: patch.yaml}]\n",
    "component/patch.yaml": "a",
    "base/kustomization.yaml": "resources: [deployment.yaml, ../shared]\n",
    "base/deployment.yaml": "a",
    "shared/kustomization.yaml": "resources: [../base]\n",
    "values/redis.yaml": "a",
    "values/by-env/prod.yaml": "a",
    "chart/Chart.yaml": json.dumps(
        {
            "apiVersion": "v2",
            "name": "chart",
            "version": "1.0.0",
            "dependencies": [
                {"name": "redis", "version": "1.0.0", "repository": REMOTE},
                {"name": "common", "version": "1.0.0", "repository": "file://../common"},
            ],
        }
    ),
    "chart/templates/deployment.yaml": "a",
    "common/templates/_helpers.tpl": "a",
}


def tree(changed: str = "") -> MemoryTree:
    files = FILES | ({changed: "b"} if changed else {})
    return MemoryTree({RepoPath(path): data.encode() for path, data in files.items()})


def application(*sources: dict[str, Any]) -> DeployUnit:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "app", "namespace": "argocd"},
        "spec": {"project": "default", "destination": {"name": "prod", "namespace": "shop"}, "sources": list(sources)},
    }
    origin = Origin(path=RepoPath("apps/app.yaml"))
    declaration = KubeObject(body=body, origin=origin)
    return DeployUnit(controller=Controller.ARGOCD_APPLICATION, name="app", path=None, declaration=declaration, origin=origin)


def remote(*files: str) -> DeployUnit:
    chart = {"repoURL": REMOTE, "chart": "redis", "targetRevision": "1.0.0", "helm": {"valueFiles": list(files)}}
    return application(chart, {"repoURL": HERE, "targetRevision": "main", "ref": "here"})


OVERLAY = DeployUnit(
    controller=Controller.KUSTOMIZATION,
    name="overlay",
    path=RepoPath("overlay"),
    origin=Origin(path=RepoPath("overlay/kustomization.yaml")),
)
CHART = DeployUnit(controller=Controller.CHART, name="chart", path=RepoPath("chart"), origin=Origin(path=RepoPath("chart/Chart.yaml")))


@pytest.mark.parametrize(
    ("unit", "concerned", "changed"),
    [
        (OVERLAY, True, "overlay/own.yaml"),
        (OVERLAY, True, "overlay/settings/app.conf"),
        (OVERLAY, True, "component/patch.yaml"),
        (OVERLAY, True, "base/deployment.yaml"),
        (OVERLAY, True, "shared/kustomization.yaml"),
        (OVERLAY, True, "values/redis.yaml"),
        (OVERLAY, False, "overlay/README.md"),
        (OVERLAY, False, "values/by-env/prod.yaml"),
        (CHART, True, "chart/templates/deployment.yaml"),
        (CHART, True, "common/templates/_helpers.tpl"),
        (CHART, False, "values/redis.yaml"),
        (remote("$here/values/redis.yaml"), True, "values/redis.yaml"),
        (remote("$here/values/redis.yaml"), False, "values/by-env/prod.yaml"),
        (remote("$here/values/by-env/*.yaml"), True, "values/by-env/prod.yaml"),
        (remote("$here/../../outside.yaml"), False, "values/redis.yaml"),
        (
            application({"repoURL": HERE, "path": "chart", "targetRevision": "main", "helm": {"valueFiles": ["../values/redis.yaml"]}}),
            True,
            "values/redis.yaml",
        ),
    ],
)
def test_what_a_unit_that_cannot_be_rendered_is_made_of(unit: DeployUnit, concerned: bool, changed: str) -> None:
    result = render_unit(unit, tree(), RenderOptions(repository_urls=(HERE,), revisions=("main",)), digest_key=b"k").result
    assert isinstance(result, Failure)
    assert unchanged(result.reads, tree())
    assert unchanged(result.reads, tree(changed)) is not concerned
