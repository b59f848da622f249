"""A Flux repository through the command line: what a cluster has of its own, charts that are fetched, what is listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from checker.tools.helm import remote
from tests.gitrepo import GitRepo
from tests.registry import Registry, pack

SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "https://git.example.com/fleet", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/production, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
APPS = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: cluster-vars}]}
"""
RELEASE = """apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: team, namespace: shop}
spec: {interval: 1h, type: oci, insecure: true, url: "oci://HOST/fleet"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: shop}
spec:
  interval: 1h
  chart: {spec: {chart: app, version: 1.0.0, sourceRef: {kind: HelmRepository, name: team}}}
  values: {region: "${REGION}"}
"""
TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {region: "{{ .Values.region }}", version: "{{ .Chart.Version }}"}
"""
SETTINGS = """version: 1
clusters:
  production:
    variables:
      ConfigMap/flux-system/cluster-vars: {REGION: eu-west-1}
"""


@pytest.fixture
def fleet(registry: Registry, helm: Path, git_home: Path, tmp_path: Path) -> GitRepo:
    """One release of a chart that is in a registry; its next version is there too."""
    remote._fetched.cache_clear()
    for version in ("1.0.0", "1.1.0"):
        registry.push(pack(helm, tmp_path, version, {"templates/a.yaml": TEMPLATE}), "fleet")
    repo = GitRepo.create(tmp_path / "fleet")
    repo.git("remote", "add", "origin", "https://git.example.com/fleet")
    repo.commit(
        files={
            "clusters/production/flux-system/gotk-sync.yaml": SYNC,
            "clusters/production/apps.yaml": APPS,
            "apps/release.yaml": RELEASE.replace("HOST", registry.host),
            ".gitops-check.yaml": SETTINGS,
        }
    )
    repo.branch("next")
    repo.commit(files={"apps/release.yaml": RELEASE.replace("HOST", registry.host).replace("1.0.0", "1.1.0")})
    return repo


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run_command(*argv: str | Path, code: int = 0) -> str:
        assert main([str(word) for word in argv]) == code
        return capsys.readouterr().out

    return run_command


def units_of(report: str) -> dict[str, Any]:
    return {unit["name"]: unit for environment in json.loads(report)["diff"] for unit in environment["units"]}


def test_a_fetched_chart_is_diffed_and_pulled_once_for_both_sides(run: Callable[..., str], fleet: GitRepo, registry: Registry) -> None:
    before = registry.asked("/v2/fleet/app/blobs/")
    words = ("diff", "-C", fleet.root, "--base", "main", "-o", "json")
    units = units_of(run(*words, "--allow-network"))
    changes = {field["path"]: (field["before"], field["after"]) for obj in units["app"]["objects"] for field in obj["fields"]}
    assert changes == {"data.version": ("1.0.0", "1.1.0")}
    assert registry.asked("/v2/fleet/app/blobs/") == before + 2
    remote._fetched.cache_clear()
    offline = units_of(run(*words))
    assert [obj["name"] for obj in offline["app"]["objects"]] == ["app"], "both versions are pinned and lie in the cache"
    assert registry.asked("/v2/fleet/app/blobs/") == before + 2


def test_without_the_network_the_release_itself_is_diffed(run: Callable[..., str], fleet: GitRepo) -> None:
    report = run("diff", "-C", fleet.root, "--base", "main", "-o", "json")
    units = units_of(report)
    (release,) = units["apps"]["objects"]
    assert (release["kind"], [field["path"] for field in release["fields"]]) == ("HelmRelease", ["spec.chart.spec.version"])
    assert "chart app 1.1.0 from HelmRepository oci://" in report
    assert not units.get("app", {}).get("objects")


def test_units_are_listed_below_the_one_that_declares_them(run: Callable[..., str], fleet: GitRepo) -> None:
    listed = run("units", "-C", fleet.root)
    lines = listed.splitlines()[1:4]
    names = ("flux-system/flux-system", "flux-system/apps", "shop/app")
    indents = [line.index(name) for line, name in zip(lines, names, strict=True)]
    assert indents == [indents[0], indents[0] + 2, indents[0] + 4]
    assert "chart app 1.1.0" in lines[2]
    assert "3 units: 2 rendered, 1 not rendered" in listed
    assert listed.count("--allow-network") == 1, "said once for all"


UNREACHED = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  interval: 1h
  dependsOn: [{name: elsewhere}]
  chart: {spec: {chart: charts/web, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
"""


def test_releases_in_overlays_that_nothing_reaches_are_units(run: Callable[..., str], fleet: GitRepo) -> None:
    files = {
        "base/release.yaml": UNREACHED,
        "base/kustomization.yaml": "resources: [release.yaml]\n",
        "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "charts/web/values.yaml": "region: nowhere\n",
        "charts/web/templates/a.yaml": TEMPLATE,
        **{
            f"overlays/{name}/kustomization.yaml": "resources: [../../base]\npatches:\n- target: {kind: HelmRelease}\n  patch: |-\n"
            f"    - {{op: add, path: /spec/values, value: {{region: {name}}}}}\n"
            for name in ("staging", "production")
        },
    }
    fleet.switch("main")
    fleet.commit(files=files)
    fleet.branch("louder")
    fleet.commit(
        files={
            "overlays/staging/kustomization.yaml": files["overlays/staging/kustomization.yaml"].replace("region: staging", "region: loud")
        }
    )
    listed = run("units", "-C", fleet.root)
    assert "web in overlays/staging" in listed
    assert "web in overlays/production" in listed
    assert "chart " not in listed.replace("chart app", ""), "the chart is what the releases are made of"
    (environment,) = json.loads(run("diff", "-C", fleet.root, "--base", "main", "-o", "json"))["diff"]
    changed = {unit["name"]: [field["path"] for obj in unit["objects"] for field in obj["fields"]] for unit in environment["units"]}
    assert (environment["environment"], changed) == (
        "staging",
        {"overlays/staging": ["spec.values.region"], "web in overlays/staging": ["data.region"]},
    )
    report = json.loads(run("check", "-C", fleet.root, "--base", "main", "-o", "json"))
    assert "dependency-missing" not in {finding["rule"] for finding in report["findings"]}


def test_variables_of_the_settings_reach_the_release(run: Callable[..., str], fleet: GitRepo) -> None:
    assert "region: eu-west-1" in run("render", "-C", fleet.root, "app", "--allow-network")


APP = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: NAME, namespace: flux-system}
spec: {interval: 10m, path: ./NAME, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
SETTING = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop, annotations: {x: y}}\ndata: {a: old}\n"
MARK = "annotations: {kustomize.toolkit.fluxcd.io/"


def changes(run: Callable[..., str], repo: GitRepo) -> dict[str, str]:
    """What is said of the ConfigMap, unit by unit."""
    units = units_of(run("diff", "-C", repo.root, "--base", "main", "-o", "json"))
    return {name: obj["change"] for name, unit in units.items() for obj in unit["objects"] if obj["kind"] == "ConfigMap"}


@pytest.fixture
def two_apps(git_home: Path, tmp_path: Path) -> GitRepo:
    """Kustomizations `one` and `two`; the ConfigMap is in `one`."""
    repo = GitRepo.create(tmp_path / "fleet")
    files = {"clusters/production/flux-system/gotk-sync.yaml": SYNC, "two/other.yaml": SETTING.replace("settings", "other")}
    files |= {f"clusters/production/{name}.yaml": APP.replace("NAME", name) for name in ("one", "two")}
    repo.commit(files={**files, "one/other.yaml": SETTING.replace("settings", "beside"), "one/settings.yaml": SETTING})
    return repo


@pytest.mark.parametrize("mark", ["prune: Disabled}", "reconcile: disabled}", "ssa: Ignore}"])
def test_edge_34_what_was_marked_stays_when_it_is_removed(run: Callable[..., str], two_apps: GitRepo, mark: str) -> None:
    two_apps.commit(files={"one/settings.yaml": SETTING.replace("annotations: {x: y}", MARK + mark)})
    two_apps.branch("next")
    two_apps.commit(delete=["one/settings.yaml"])
    assert changes(run, two_apps) == {"one": "orphaned"}
    two_apps.switch("main")
    two_apps.commit(files={"one/settings.yaml": SETTING})
    two_apps.branch("plain")
    two_apps.commit(delete=["one/settings.yaml"])
    assert changes(run, two_apps) == {"one": "deleted"}


def test_edge_35_an_object_that_moves_to_another_unit_is_not_deleted(run: Callable[..., str], two_apps: GitRepo) -> None:
    two_apps.branch("next")
    two_apps.commit(files={"two/settings.yaml": SETTING}, delete=["one/settings.yaml"])
    assert set(changes(run, two_apps).values()) == {"moved"}


def test_edge_36_a_change_of_an_object_that_is_only_ever_created_does_not_arrive(run: Callable[..., str], two_apps: GitRepo) -> None:
    marked = SETTING.replace("annotations: {x: y}", MARK + "ssa: IfNotPresent}")
    two_apps.commit(files={"one/settings.yaml": marked})
    two_apps.branch("next")
    two_apps.commit(files={"one/settings.yaml": marked.replace("old", "new")})
    (obj,) = units_of(run("diff", "-C", two_apps.root, "--base", "main", "-o", "json"))["one"]["objects"]
    assert [effect["id"] for effect in obj["effects"]] == ["not-applied"]
    assert "IfNotPresent and exists" in obj["effects"][0]["message"]


def test_no_change_of_any_manifest_is_lost(run: Callable[..., str], fleet: GitRepo) -> None:
    """Every object of the fleet gets a label in turn: something moves, or something is said to be unknown."""
    fleet.switch("main")
    for path in fleet.git("ls-files", "*.yaml").splitlines():
        text = (fleet.root / path).read_text()
        if "metadata: {" not in text:
            continue
        fleet.branch(f"seed-{path.replace('/', '-')}")
        fleet.commit(files={path: text.replace("metadata: {", "metadata: {labels: {seed: planted}, ", 1)})
        report = json.loads(run("diff", "-C", fleet.root, "--base", "main", "-o", "json"))
        assert any(unit["objects"] for environment in report["diff"] for unit in environment["units"]), path
        units = report["summary"]["units"]
        assert (units["rendered"], units["suspended"], units["notRendered"]) == (2, 0, 1)
        fleet.switch("main")


def test_what_a_hidden_folder_keeps_fails_nothing(run: Callable[..., str], fleet: GitRepo) -> None:
    fleet.switch("main")
    broken = "resources: [gone.yaml]\n"
    fleet.commit(files={".archive/old/kustomization.yaml": broken, "left/kustomization.yaml": broken})
    report = json.loads(run("check", "-C", fleet.root, "--base", "main", "-o", "json", code=1))
    told = {finding["location"]["path"]: finding["severity"] for finding in report["findings"] if finding["rule"] == "could-not-render"}
    assert told == {".archive/old/kustomization.yaml": "note", "left/kustomization.yaml": "error"}
