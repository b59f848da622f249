"""What no controller names: charts and overlays by themselves, each change of which has to show somewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

URL = "https://git.example.com/acme/fleet.git"


def config_map(name: str, value: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '{value}'}}\n"


def check(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["check", "-C", str(repo.root), "--base", "main", "--no-cache", "-o", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    report: dict[str, Any] = json.loads(out)
    return report


def moved(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (unit["name"], obj["name"], obj["change"])
        for environment in report["diff"]
        for unit in environment["units"]
        for obj in unit["objects"]
    ]


def chart(folder: str) -> dict[str, str]:
    return {
        f"{folder}/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        f"{folder}/values.yaml": "tag: one\n",
        f"{folder}/templates/map.yaml": config_map("{{ .Release.Name }}-map", "{{ .Values.tag }}"),
    }


@pytest.mark.parametrize("place", ["apps/shop/install", "apps/blog/install"])
def test_charts_in_folders_of_one_name_are_units_of_their_own(git_repo: GitRepo, capsys: pytest.CaptureFixture[str], place: str) -> None:
    git_repo.commit(files={**chart("apps/shop/install"), **chart("apps/blog/install")})
    git_repo.branch("change")
    git_repo.commit(files={f"{place}/values.yaml": "tag: two\n"})
    report = check(git_repo, capsys)
    assert moved(report) == [(place, "install-map", "changed")]
    assert report["summary"]["units"]["rendered"] == 2


def test_an_application_beside_a_chart_from_elsewhere_is_still_shown(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    """The overlay that lists it cannot be rendered without the chart; what the Application deploys can."""
    git_repo.git("remote", "add", "origin", URL)
    source = f"{{repoURL: '{URL}', path: web, targetRevision: HEAD}}"
    spec = f"{{project: default, source: {source}, destination: {{name: in-cluster, namespace: web}}}}"
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n"
    charts = "helmCharts: [{name: redis, repo: 'https://charts.example.com', version: 1.0.0, releaseName: redis}]\n"
    files = {
        "bootstrap/kustomization.yaml": f"resources: [web.yaml]\n{charts}",
        "bootstrap/web.yaml": f"{head}spec: {spec}\n",
        "web/map.yaml": config_map("settings", "one"),
    }
    git_repo.commit(files=files)
    git_repo.branch("change")
    git_repo.commit(files={"web/map.yaml": config_map("settings", "two")})
    report = check(git_repo, capsys)
    assert moved(report) == [("web", "settings", "changed")]
    [gap] = report["notRendered"]
    assert (gap["name"], gap["reason"], gap["affected"]) == ("bootstrap", "remote", False)


def test_the_definitions_of_a_chart_are_part_of_it(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = "group: example.com\n  scope: Cluster\n  names: {kind: Toy, plural: toys}"
    version = "{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, description: 'old'}}}"
    head = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: toys.example.com}\n"
    definition = f"{head}spec:\n  {kinds}\n  versions: [{version}]\n"
    git_repo.commit(files={**chart("charts/toys"), "charts/toys/crds/toy.yaml": definition})
    git_repo.branch("change")
    git_repo.commit(files={"charts/toys/crds/toy.yaml": definition.replace("old", "new")})
    assert moved(check(git_repo, capsys)) == [("charts/toys", "toys.example.com", "changed")]


DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.example.com, annotations: {value: VALUE}}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Toy, plural: toys}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""


def release(helm: str) -> dict[str, str]:
    source = f"{{repoURL: '{URL}', path: install, targetRevision: HEAD, helm: {helm}}}"
    spec = f"{{project: default, source: {source}, destination: {{name: in-cluster, namespace: web}}}}"
    return {
        "apps/web.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: web, namespace: argocd}}\nspec: {spec}\n"
    }


RELEASES = {"no release": {}, "a release": release("{}"), "a release without CRDs": release("{skipCrds: true}")}


@pytest.mark.parametrize("named", RELEASES)
@pytest.mark.parametrize("folder", ["extras", "crds", "templates", "charts/part", "files/templates"])
def test_a_resource_of_an_overlay_in_a_chart_is_compared_once(
    git_repo: GitRepo, capsys: pytest.CaptureFixture[str], folder: str, named: str
) -> None:
    """By the overlay where Helm does not render it. What is below templates and charts is Helm's."""
    git_repo.git("remote", "add", "origin", URL)
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: own}\n"
    overlay = {f"install/{folder}/kustomization.yaml": f"{head}resources: [toys.yaml]\n"}
    resource = f"install/{folder}/toys.yaml"
    git_repo.commit(files={**chart("install"), **overlay, **RELEASES[named], resource: DEFINITION.replace("VALUE", "one")})
    git_repo.branch("change")
    git_repo.commit(files={resource: DEFINITION.replace("VALUE", "two")})
    helms = "web" if named != "no release" else "install"
    shown = {
        "extras": f"install/{folder}",
        "crds": f"install/{folder}" if named == "a release without CRDs" else helms,
        "templates": helms,
    }.get(folder)
    assert moved(check(git_repo, capsys)) == ([(shown, "toys.example.com", "changed")] if shown else [])


def test_an_overlay_in_a_chart_that_another_builds_on_is_no_unit_of_its_own(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    overlays = {
        "install/extras/kustomization.yaml": "resources: [map.yaml]\n",
        "web/kustomization.yaml": "resources: [../install/extras]\n",
    }
    git_repo.commit(files={**chart("install"), **overlays, "install/extras/map.yaml": config_map("extra", "one")})
    git_repo.branch("change")
    git_repo.commit(files={"install/extras/map.yaml": config_map("extra", "two")})
    assert moved(check(git_repo, capsys)) == [("web", "extra", "changed")]


SET = f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: addons, namespace: argocd}}
spec:
  generators: [{{clusters: {{selector: {{matchLabels: {{fleet: edge}}}}}}}}]
  template:
    metadata: {{name: 'addon-{{{{name}}}}'}}
    spec:
      project: default
      destination: {{name: '{{{{name}}}}', namespace: addons}}
      sources:
        - {{repoURL: '{URL}', ref: values, targetRevision: HEAD}}
        - repoURL: https://charts.example.com
          chart: dns
          targetRevision: 1.0.0
          helm: {{valueFiles: ['$values/{{{{metadata.annotations.base}}}}environments/{{{{metadata.labels.env}}}}/dns/values.yaml']}}
"""


@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        ({"gitops/environments/dev/dns/values.yaml": "b: 2\n"}, True),
        ({"gitops/environments/prod/dns/values.yaml": "a: 1\n"}, True),
        ({"gitops/environments/dev/other/values.yaml": "b: 2\n"}, False),
        ({"README.md": "# More\n"}, False),
    ],
    ids=["its values", "values of one more", "values of another", "something else"],
)
def test_a_set_whose_clusters_are_not_known_may_change_by_any_file_that_its_template_could_name(
    git_repo: GitRepo, capsys: pytest.CaptureFixture[str], changed: dict[str, str], affected: bool
) -> None:
    values = {f"gitops/environments/dev/{name}/values.yaml": "a: 1\n" for name in ("dns", "other")}
    git_repo.commit(files={"bootstrap/addons.yaml": SET, **values, "README.md": "# Fleet\n"})
    git_repo.branch("change")
    git_repo.commit(files=changed)
    [gap] = check(git_repo, capsys)["notRendered"]
    assert (gap["name"], gap["affected"]) == ("addons", affected)


def undeployed(report: dict[str, Any]) -> list[str]:
    return [finding["location"]["path"] for finding in report["findings"] if finding["rule"] == "not-deployed"]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("web/limits.yaml", config_map("limits", "two"), True),
        ("web/new.yaml", config_map("new", "one"), True),
        ("parts/extra/map.yaml", config_map("extra", "two"), True),
        ("web/limits.yaml", "# why\n" + config_map("limits", "one"), False),
        ("web/map.yaml", config_map("settings", "two"), False),
        ("web/notes.yaml", "a: 1\n", False),
        (".github/map.yaml", config_map("settings", "two"), False),
        ("plain/map.yaml", config_map("plain", "two"), False),
    ],
    ids=["not listed", "new, not listed", "of a component", "comment", "listed", "no manifest", "hidden", "a folder by itself"],
)
def test_a_changed_manifest_that_nothing_deploys_is_told(
    git_repo: GitRepo, capsys: pytest.CaptureFixture[str], path: str, text: str, told: bool
) -> None:
    files = {
        "web/kustomization.yaml": "resources: [map.yaml]\n",
        "web/map.yaml": config_map("settings", "one"),
        "web/limits.yaml": config_map("limits", "one"),
        "parts/extra/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [map.yaml]\n",
        "parts/extra/map.yaml": config_map("extra", "one"),
        "plain/map.yaml": config_map("plain", "one"),
    }
    git_repo.commit(files=files)
    git_repo.branch("change")
    git_repo.commit(files={path: text})
    assert undeployed(check(git_repo, capsys)) == ([path] if told else [])
