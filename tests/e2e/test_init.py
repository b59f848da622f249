"""`init` in repositories of several layouts: the environments that it writes are right as they stand, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checker.cli import main
from checker.pipeline.catalogue import rule_parameters
from checker.settings.load import parse_settings
from tests.e2e.layouts import BRANCHES, HYDRATED, SHOP, built
from tests.gitrepo import GitRepo

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def flux(name: str, path: str) -> str:
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./{path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""


def application(name: str, cluster: str, path: str) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: https://git.example.com/acme/deploy.git, targetRevision: HEAD, path: {path}}}
  destination: {{name: {cluster}, namespace: shop}}
"""


APPLICATIONSET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: cart, namespace: argocd}
spec:
  generators:
    - list:
        elements: [{cluster: dev-eu-1}, {cluster: prod-eu-1}, {cluster: prod-us-1}]
  template:
    metadata: {name: "cart-{{cluster}}"}
    spec:
      project: default
      source: {repoURL: https://git.example.com/acme/deploy.git, targetRevision: HEAD, path: cart}
      destination: {name: "{{cluster}}", namespace: cart}
"""
OVERLAY = "resources: [../../base]\n"
FLUX = {
    **{f"clusters/{name}/apps.yaml": flux("apps", f"apps/{name}") for name in ("staging", "production")},
    **{f"clusters/{name}/infra.yaml": flux("infra", "infra/base") for name in ("staging", "production")},
    **{f"apps/{name}/kustomization.yaml": "resources: [../base]\n" for name in ("staging", "production")},
    "apps/base/kustomization.yaml": "resources: [shop.yaml]\n",
    "apps/base/shop.yaml": SHOP,
    "infra/base/kustomization.yaml": "resources: [cart.yaml]\n",
    "infra/base/cart.yaml": SHOP.replace("shop", "cart"),
    ".gitlab-ci.yml": "stages: [test]\n",
}
ARGO = {
    "argocd/shop-dev.yaml": application("shop-dev", "dev-eu-1", "shop"),
    "argocd/shop-prod.yaml": application("shop-prod", "prod-eu-1", "shop"),
    "argocd/cart.yaml": APPLICATIONSET,
    "shop/shop.yaml": SHOP,
    "cart/cart.yaml": SHOP.replace("shop", "cart"),
    "Jenkinsfile": "pipeline {}\n",
}
OVERLAYS = {
    **{f"apps/{app}/base/kustomization.yaml": "resources: [all.yaml]\n" for app in ("shop", "cart")},
    **{f"apps/{app}/base/all.yaml": SHOP.replace("shop", app) for app in ("shop", "cart")},
    **{f"apps/{app}/overlays/{name}/kustomization.yaml": OVERLAY for app in ("shop", "cart") for name in ("qa", "uat", "live")},
    ".github/CODEOWNERS": "* @acme/ops\n",
}


def settings(repo: GitRepo) -> dict[str, bool]:
    read = parse_settings((repo.root / ".gitops-check.yaml").read_bytes(), ".gitops-check.yaml", rule_parameters)  # type: ignore[arg-type]
    return {environment.name: environment.guarded for environment in read.environments}


def placed(run: Run, repo: GitRepo, *more: str) -> dict[str, str]:
    """Unit -> environment, by the settings at HEAD."""
    repo.commit("settings")
    code, out, _ = run("units", "-C", str(repo.root), *more)
    assert code == 0
    head, *lines = out.partition("\n\n")[0].splitlines()
    cluster, environment, unit = (head.split().index(name) for name in ("CLUSTER", "ENVIRONMENT", "UNIT"))
    return {f"{row[cluster]} {row[unit]}": row[environment] for row in (line.split() for line in lines)}


@pytest.mark.parametrize(
    ("files", "environments", "expected", "ci"),
    [
        (
            FLUX,
            {"staging": False, "production": True},
            {
                "staging flux-system/apps": "staging",
                "staging flux-system/infra": "staging",
                "production flux-system/apps": "production",
                "production flux-system/infra": "production",
            },
            ".gitlab-ci.yml",
        ),
        (
            ARGO,
            {"dev": False, "prod": True},
            {
                "dev-eu-1 argocd/shop-dev": "dev",
                "prod-eu-1 argocd/shop-prod": "prod",
                "dev-eu-1 argocd/cart-dev-eu-1": "dev",
                "prod-eu-1 argocd/cart-prod-eu-1": "prod",
                "prod-us-1 argocd/cart-prod-us-1": "prod",
            },
            "Jenkinsfile",
        ),
        (
            OVERLAYS,
            {"qa": False, "uat": False, "live": True},
            {f"- apps/{app}/overlays/{name}": name for app in ("shop", "cart") for name in ("qa", "uat", "live")},
            ".github/workflows/gitops-check.yaml",
        ),
    ],
    ids=["flux", "argo", "overlays"],
)
def test_the_environments_are_right_without_an_edit(
    run: Run, git_repo: GitRepo, files: Mapping[str, str], environments: dict[str, bool], expected: dict[str, str], ci: str
) -> None:
    git_repo.commit("as it is", files=files)
    git_repo.git("remote", "add", "origin", "https://git.example.com/acme/deploy.git")
    code, out, err = run("init", "-C", str(git_repo.root))
    assert (code, err) == (0, "")
    assert settings(git_repo) == environments
    assert list(settings(git_repo)) == list(environments), "in the order of promotion"
    assert ci in out
    assert "!" not in out.partition("Files")[0]
    assert expected.items() <= placed(run, git_repo).items()


def test_a_new_application_lands_in_its_environment_too(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit("as it is", files=OVERLAYS)
    run("init", "-C", str(git_repo.root))
    git_repo.write("apps/new/overlays/live/all.yaml", SHOP)
    assert placed(run, git_repo)["- apps/new/overlays/live"] == "live"


def test_branches_that_are_environments(run: Run, git_home: Path, tmp_path: Path) -> None:
    repo = built(BRANCHES, tmp_path, {})
    repo.delete(".gitops-check.yaml")
    run("init", "-C", str(repo.root))
    assert settings(repo) == {"staging": False, "production": True}
    assert "branch env/staging" in (repo.root / ".gitops-check.yaml").read_text().replace("{branch: ", "branch ")
    assert placed(run, repo, "--base", "env/production") == {"- shop": "production"}


def test_branches_that_are_hydrated(run: Run, git_home: Path, tmp_path: Path) -> None:
    repo = built(HYDRATED, tmp_path, {})
    repo.delete(".gitops-check.yaml")
    run("init", "-C", str(repo.root))
    text = (repo.root / ".gitops-check.yaml").read_text()
    assert settings(repo) == {"production": True}
    assert "{branch: environments/production}" in text
    assert "{branch: environments/production-next}" in text
    assert "generated-branch: warn" in text


def test_nothing_is_overwritten_without_force(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit("as it is", files={**FLUX, ".gitops-check.yaml": "version: 1\n", ".pre-commit-config.yaml": "repos: []\n"})
    _, out, _ = run("init", "-C", str(git_repo.root))
    assert (git_repo.root / ".gitops-check.yaml").read_text() == "version: 1\n"
    assert "kept; --force replaces it" in out
    assert "To add to .pre-commit-config.yaml" in out
    assert "- id: gitops-gate" in out
    assert git_repo.git("status", "--short") == ""
    run("init", "-C", str(git_repo.root), "--force")
    assert settings(git_repo) == {"staging": False, "production": True}
    assert git_repo.git("status", "--short").split() == ["M", ".gitops-check.yaml"], "what others share is never replaced"


def test_a_dry_run_prints_and_writes_nothing(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit("as it is", files=ARGO)
    _, out, _ = run("init", "-C", str(git_repo.root), "--dry-run", "--ci", "github")
    assert "--- .gitops-check.yaml (new)" in out
    assert "--- .github/workflows/gitops-check.yaml (new)" in out
    assert git_repo.git("status", "--short") == ""


def test_two_workflows_for_forks_of_which_one_reads_and_the_other_writes(run: Run, git_repo: GitRepo) -> None:
    from checker.tools.yaml import Rules, load_documents

    git_repo.commit("as it is", files=OVERLAYS)
    _, out, _ = run("init", "-C", str(git_repo.root))
    assert "gitops-check init --ci github-forks" in out
    run("init", "-C", str(git_repo.root), "--ci", "github-forks", "--force")
    folder = git_repo.root / ".github" / "workflows"
    report, comment = (
        next(iter(load_documents((folder / name).read_bytes(), rules=Rules.KUSTOMIZE))).value
        for name in ("gitops-check.yaml", "gitops-check-comment.yaml")
    )
    assert isinstance(report, dict)
    assert isinstance(comment, dict)
    assert report["permissions"] == {"contents": "read"}
    assert comment["on"]["workflow_run"]["workflows"] == [report["name"]]
    assert "checkout" not in str(comment)
    assert "report/report.md" in comment["jobs"]["comment"]["steps"][-1]["run"]
    (check,) = (step for step in report["jobs"]["gitops-check"]["steps"] if "gitops-check" in step["uses"])
    (load,) = (step for step in comment["jobs"]["comment"]["steps"] if "download-artifact" in step.get("uses", ""))
    assert load["with"]["name"] == check["with"]["artifact"]


def test_a_second_run_changes_nothing(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit("as it is", files=OVERLAYS)
    run("init", "-C", str(git_repo.root))
    before = git_repo.git("status", "--short")
    _, out, _ = run("init", "-C", str(git_repo.root))
    assert out.count("as it was") == 3
    assert git_repo.git("status", "--short") == before


def test_a_link_is_not_written_through(run: Run, git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit("as it is", files=ARGO)
    git_repo.link(".gitops-check.yaml", str(tmp_path / "elsewhere"))
    code, _, err = run("init", "-C", str(git_repo.root), "--force")
    assert code == 2
    assert "is a link" in err
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("remote", "ci"),
    [
        ("git@github.com:acme/x.git", "github"),
        ("https://gitlab.example.com/acme/x.git", "gitlab"),
        ("git@bitbucket.org:acme/x.git", "bitbucket"),
        ("git@ssh.dev.azure.com:v3/acme/x/x", "azure"),
        ("https://git.example.com/x.git", None),
    ],
)
def test_the_remote_tells_the_ci_system(run: Run, git_repo: GitRepo, remote: str, ci: str | None) -> None:
    from checker.pipeline.initial import SEATS

    git_repo.commit("as it is", files={"shop/shop.yaml": SHOP})
    git_repo.git("remote", "add", "origin", remote)
    _, out, _ = run("init", "-C", str(git_repo.root))
    written = {seat.name for seat in SEATS if (git_repo.root / seat.place).exists()}
    assert written == ({ci} if ci else set())
    assert ("no CI system" in out) == (ci is None)


def test_every_seat_says_where_it_belongs_and_is_read_as_what_it_is() -> None:
    from checker.pipeline.initial import FORKS, HOOKS, SEATS
    from checker.tools.yaml import load_documents

    for seat in (*SEATS, *FORKS, HOOKS):
        assert seat.place.rpartition("/")[2] in seat.text.splitlines()[0]
        assert "gitops-check" in seat.text
        assert "VERSION" not in seat.text
        if seat.file.endswith(".yaml"):
            assert [document.error for document in load_documents(seat.text.encode())] == [None]


def test_units_in_no_environment_are_counted(run: Run, git_repo: GitRepo) -> None:
    git_repo.commit("as it is", files={**OVERLAYS, "tools/all.yaml": SHOP})
    _, out, _ = run("units", "-C", str(git_repo.root))
    assert "1 in no environment, so that no rule guards it" in out
