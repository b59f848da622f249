"""A change that breaks the build of what declares Applications or Kustomizations: controllers keep their last state, so that
nothing of theirs is deleted, and what the files say by themselves is not what runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

URL = "https://git.example.com/acme/fleet.git"
SOURCE = f"{{repoURL: '{URL}', path: PATH, targetRevision: HEAD}}"
SPEC = f"{{project: default, source: {SOURCE}, destination: {{name: in-cluster, namespace: web}}}}"
APPLICATION = f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: NAME, namespace: argocd}}\nspec: {SPEC}\n"
SET = f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: everywhere, namespace: argocd}}
spec:
  generators: [{{list: {{elements: [{{where: north}}]}}}}]
  template: {{metadata: {{name: 'web-{{{{where}}}}'}}, spec: {SPEC}}}
"""
FLUX = f"""apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{url: '{URL}', ref: {{branch: main}}, interval: 1m}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./apps, prune: true, interval: 1m, sourceRef: {{kind: GitRepository, name: flux-system}}}}
"""
KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./web, prune: true, interval: 1m, sourceRef: {kind: GitRepository, name: flux-system}}
"""
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: VALUE}\n"


def application(name: str, path: str) -> str:
    return APPLICATION.replace("NAME", name).replace("PATH", path)


PARENTS = {
    "argocd": {"root/root.yaml": application("root", "apps")},
    "flux": {"clusters/a/flux-system/gotk-sync.yaml": FLUX},
    "nothing": {},
}
NAMES = {"argocd": "root", "flux": "flux-system", "nothing": "apps"}
CHILDREN = {
    "Application": (application("web", "web"), ["prod-web"]),
    "ApplicationSet": (SET.replace("PATH", "web"), ["prod-everywhere", "web-north"]),
}
BROKEN = {
    "emptied": "",
    "all commented out": "# resources: [child.yaml]\n",
    "no YAML": "resources: [child.yaml\n",
    "a typing error": "resorces: [child.yaml]\n",
    "a file that is not there": "resources: [other.yaml]\n",
}


def files(parent: str, child: str) -> dict[str, str]:
    return {
        **PARENTS[parent],
        "apps/kustomization.yaml": "resources: [argocd]\n",
        "apps/argocd/kustomization.yaml": "namePrefix: prod-\nresources: [child.yaml]\n",
        "apps/argocd/child.yaml": child,
        "web/map.yaml": CONFIG_MAP.replace("VALUE", "one"),
    }


def check(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    repo.git("remote", "add", "origin", URL)
    main(["check", "-C", str(repo.root), "--base", "main", "--no-cache", "-o", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    report: dict[str, Any] = json.loads(out)
    return report


def unknown(report: dict[str, Any], side: str) -> list[str]:
    assert {(gap["side"], gap["affected"]) for gap in report["notRendered"]} == {(side, True)}
    return sorted(gap["name"] for gap in report["notRendered"])


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("child", CHILDREN)
@pytest.mark.parametrize("parent", PARENTS)
def test_what_a_broken_overlay_declares_is_unknown(
    git_repo: GitRepo, capsys: pytest.CaptureFixture[str], parent: str, child: str, broken: str
) -> None:
    declaration, names = CHILDREN[child]
    git_repo.commit(files=files(parent, declaration))
    git_repo.branch("change")
    git_repo.commit(files={"apps/argocd/kustomization.yaml": BROKEN[broken]})
    report = check(git_repo, capsys)
    assert report["diff"] == []
    assert unknown(report, "head") == sorted([NAMES[parent], *names])
    reasons = [gap["message"] for gap in report["notRendered"] if gap["name"] in names]
    assert all(f"{NAMES[parent]}, which declares it, could not be rendered: " in reason for reason in reasons)


@pytest.mark.parametrize("broken", BROKEN)
def test_what_a_broken_overlay_declares_to_flux_is_unknown(git_repo: GitRepo, capsys: pytest.CaptureFixture[str], broken: str) -> None:
    git_repo.commit(files=files("flux", KUSTOMIZATION))
    git_repo.branch("change")
    git_repo.commit(files={"apps/argocd/kustomization.yaml": BROKEN[broken]})
    report = check(git_repo, capsys)
    assert report["diff"] == []
    assert unknown(report, "head") == ["flux-system", "prod-web"]


@pytest.mark.parametrize("parent", PARENTS)
def test_what_a_mended_overlay_declares_is_not_created(git_repo: GitRepo, capsys: pytest.CaptureFixture[str], parent: str) -> None:
    right = files(parent, application("web", "web"))
    git_repo.commit(files={**right, "apps/argocd/kustomization.yaml": ""})
    git_repo.branch("change")
    git_repo.commit(files=right)
    report = check(git_repo, capsys)
    assert report["diff"] == []
    assert unknown(report, "base") == sorted([NAMES[parent], "prod-web"])


def test_what_applications_below_a_broken_one_declare_is_unknown(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    git_repo.commit(files={**files("argocd", application("team", "team")), "team/web.yaml": application("web", "web")})
    git_repo.branch("change")
    git_repo.commit(files={"apps/argocd/kustomization.yaml": ""})
    report = check(git_repo, capsys)
    assert report["diff"] == []
    assert unknown(report, "head") == ["prod-team", "root", "web"]


def test_an_application_that_leaves_an_overlay_that_renders_is_not_kept(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    git_repo.commit(files=files("nothing", application("web", "web")))
    git_repo.branch("change")
    git_repo.commit(files={"apps/argocd/kustomization.yaml": "resources: []\n"}, delete=["apps/argocd/child.yaml"])
    report = check(git_repo, capsys)
    assert report["notRendered"] == []
    changes = {(obj["name"], obj["change"]) for place in report["diff"] for unit in place["units"] for obj in unit["objects"]}
    assert ("prod-web", "deleted") in changes
