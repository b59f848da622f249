"""Repositories laid out in the three usual ways, each with a change that its rules allow and one that they do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.gitrepo import GitRepo

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.0
"""
BASE = {"base/kustomization.yaml": "resources: [deployment.yaml]\n", "base/deployment.yaml": SHOP}


def image(version: str) -> str:
    return SHOP.replace("shop:1.0", f"shop:{version}")


def overlay(version: str, more: str = "") -> str:
    return f"resources: [../../base]\nimages: [{{name: registry.example.com/shop, newTag: '{version}'}}]\n{more}"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A branch cut from `start` and what it changes; `rule` is what stops it, empty for one that is allowed."""

    branch: str
    start: str
    into: str
    files: Mapping[str, str]
    rule: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    name: str
    build: Callable[[GitRepo, Mapping[str, str]], None]
    good: Edit
    bad: Edit


FOLDERS_SETTINGS = """\
version: 1
environments:
  staging: {match: [{path: overlays/staging}]}
  production: {match: [{path: overlays/production}], guarded: true}
rules:
  source-branch: {production: {from: ["release/*"], into: [main]}}
  promoted-from: {production: staging}
"""


def _folders(repo: GitRepo, more: Mapping[str, str]) -> None:
    overlays = {"overlays/staging/kustomization.yaml": overlay("1.1"), "overlays/production/kustomization.yaml": overlay("1.0")}
    repo.commit("the shop", files={**more, **BASE, **overlays, ".gitops-check.yaml": FOLDERS_SETTINGS})


BRANCHES_SETTINGS = """\
version: 1
environments:
  staging: {match: [{branch: env/staging}]}
  production: {match: [{branch: env/production}], guarded: true}
rules:
  source-branch: {production: {from: ["promote/*"], into: [env/production]}}
  promoted-from: {production: staging}
"""


def _branches(repo: GitRepo, more: Mapping[str, str]) -> None:
    repo.commit("the shop", files={**more, "shop/deployment.yaml": SHOP, ".gitops-check.yaml": BRANCHES_SETTINGS})
    repo.branch("env/production")
    repo.commit("how production differs", files={"shop/note.md": "production\n"})
    repo.branch("env/staging", "main")
    repo.commit("1.1 is tried", files={"shop/deployment.yaml": image("1.1")})
    repo.switch("main")


HYDRATED_SETTINGS = """\
version: 1
environments:
  production: {match: [{branch: "environments/production*"}, {destination: production}], guarded: true}
rules:
  source-branch: {production: {from: ["environments/production-next", "dry/*"]}}
  generated-branch: enforce
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: shop
  sourceHydrator:
    drySource: {repoURL: https://git.example.com/shop/deploy.git, targetRevision: HEAD, path: overlays/production}
    syncSource: {targetBranch: environments/production, path: shop}
    hydrateTo: {targetBranch: environments/production-next}
  destination: {name: production, namespace: shop}
"""


def hydration(version: str, dry: str) -> dict[str, str]:
    """What Argo CD's hydrator would write."""
    note = json.dumps({"drySha": dry})
    return {"shop/manifest.yaml": image(version), "shop/hydrator.metadata": note, "hydrator.metadata": note}


def _hydrated(repo: GitRepo, more: Mapping[str, str]) -> None:
    files = {**BASE, "overlays/production/kustomization.yaml": overlay("1.0"), "argo/shop.yaml": APPLICATION}
    first = repo.commit("dry", files={**more, **files, ".gitops-check.yaml": HYDRATED_SETTINGS})
    second = repo.commit("1.1", files={"overlays/production/kustomization.yaml": overlay("1.1")})
    repo.git("switch", "-q", "--orphan", "environments/production")
    repo.commit("hydrated", files={**more, **hydration("1.0", first)})
    repo.switch("main")
    assert repo.git("tag", "first", first) == repo.git("tag", "second", second) == ""


FOLDERS = Layout(
    name="folder per environment",
    build=_folders,
    good=Edit(branch="release/1", start="main", into="main", files={"overlays/production/kustomization.yaml": overlay("1.1")}),
    bad=Edit(
        branch="feature/x",
        start="main",
        into="main",
        files={"base/deployment.yaml": SHOP.replace("replicas: 2", "replicas: 3")},
        rule="source-branch",
        words="feature/x may not change production; allowed: release/* into main; it moves through shared base base/deployment.yaml",
    ),
)
BRANCHES = Layout(
    name="branch per environment",
    build=_branches,
    good=Edit(branch="promote/1.1", start="env/production", into="env/production", files={"shop/deployment.yaml": image("1.1")}),
    bad=Edit(
        branch="promote/1.2",
        start="env/production",
        into="env/production",
        files={"shop/deployment.yaml": image("1.2")},
        rule="promoted-from",
        words="image registry.example.com/shop:1.2 does not run in staging on env/staging yet (staging: 1.1)",
    ),
)
HYDRATED = Layout(
    name="hydrated",
    build=_hydrated,
    good=Edit(branch="environments/production-next", start="environments/production", into="environments/production", files={}),
    bad=Edit(
        branch="environments/production-next",
        start="environments/production",
        into="environments/production",
        files={"shop/manifest.yaml": image("9.9")},
        rule="generated-branch",
        words="Deployment shop/shop in shop differs at spec.template.spec.containers[shop].image",
    ),
)
LAYOUTS = (FOLDERS, BRANCHES, HYDRATED)


def files_of(layout: Layout, edit: Edit, repo: GitRepo) -> Mapping[str, str]:
    """The hydrated change names a commit, which is known only once the repository is there."""
    return edit.files or hydration("1.1", repo.git("rev-parse", "second^{commit}"))


def built(layout: Layout, root: Path, more: Mapping[str, str]) -> GitRepo:
    """The repository with a remote that has all of it, and whose address is the one that the Applications name."""
    repo = GitRepo.create(root / "repo")
    remote = root / "remote.git"
    repo.git("init", "-q", "--bare", remote)
    layout.build(repo, more)
    repo.git("remote", "add", "origin", "https://git.example.com/shop/deploy.git")
    repo.git("config", f"url.{remote.as_uri()}.insteadOf", "https://git.example.com/shop/deploy.git")
    repo.git("push", "-q", "--no-verify", "--all", "origin")
    repo.git("fetch", "-q", "origin")
    return repo
