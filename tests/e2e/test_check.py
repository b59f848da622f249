"""`gitops-check check` from outside: the command line on real Git repositories."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop"


@pytest.fixture
def shop(git_home: Path, tmp_path: Path) -> GitRepo:
    """The example repository with one commit on main, and a branch to change it on."""
    shutil.copytree(EXAMPLE, tmp_path / "shop")
    repo = GitRepo.create(tmp_path / "shop")
    repo.git("remote", "add", "origin", "https://git.example.com/shop/deploy.git")
    repo.commit("The shop as it runs")
    repo.git("checkout", "-q", "-b", "feature/x")
    return repo


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run_command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


Run = Callable[..., tuple[int, str, str]]


def check(run: Run, repo: GitRepo, *more: str) -> tuple[int, dict[str, Any]]:
    code, out, err = run("check", "-C", str(repo.root), "--base", "main", "-o", "json", *more)
    assert err == ""
    report: dict[str, Any] = json.loads(out)
    return code, report


def edit(repo: GitRepo, path: str, before: str, after: str) -> None:
    file = repo.root / path
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def moved(report: dict[str, Any]) -> dict[str, set[tuple[str, str, str]]]:
    """Environment -> the kind, name and change of every object that moves."""
    return {
        environment["environment"]: {(obj["kind"], obj["name"], obj["change"]) for unit in environment["units"] for obj in unit["objects"]}
        for environment in report["diff"]
        if any(unit["objects"] for unit in environment["units"])
    }


def test_the_example_as_it_stands_is_clean(run: Run, shop: GitRepo) -> None:
    code, report = check(run, shop)
    assert code == 0
    assert moved(report) == {}
    assert report["findings"] == []


def test_a_change_of_a_shared_base_moves_both_environments(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/catalog/base/deployment.yaml", "cpu: 100m", "cpu: 200m")
    shop.commit("More CPU")
    _, report = check(run, shop)
    assert moved(report) == {name: {("Deployment", "catalog", "changed")} for name in ("staging", "production")}


def test_a_change_of_one_overlay_moves_one_environment(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/catalog/overlays/staging/kustomization.yaml", "4.2.0", "4.2.1")
    shop.commit("Catalog 4.2.1 to staging")
    code, report = check(run, shop)
    assert code == 0
    assert moved(report) == {"staging": {("Deployment", "catalog", "changed")}}


def test_a_comment_moves_nothing(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/catalog/base/deployment.yaml", "cpu: 100m", "cpu: 100m # enough for now")
    shop.commit("Say why")
    code, report = check(run, shop)
    assert (code, moved(report)) == (0, {})


def test_an_argo_cd_application_moves_too(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/storefront/overlays/production/kustomization.yaml", "count: 6", "count: 8")
    shop.commit("More storefront")
    code, report = check(run, shop)
    assert moved(report) == {"production": {("Deployment", "storefront", "changed")}}
    assert code == 1, "a feature branch may not change production"


def test_a_generated_config_map_is_renamed_with_what_mounts_it(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/storefront/base/kustomization.yaml", "PAGE_SIZE=50", "PAGE_SIZE=60")
    shop.commit("Longer pages")
    _, report = check(run, shop)
    assert {(kind, change) for kind, _, change in moved(report)["staging"]} == {("ConfigMap", "renamed"), ("Deployment", "changed")}


def test_a_deleted_manifest_is_a_deleted_object(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/catalog/overlays/production/kustomization.yaml", "  - disruption-budget.yaml\n", "")
    shop.commit("Drop the budget")
    _, report = check(run, shop)
    assert moved(report) == {"production": {("PodDisruptionBudget", "catalog", "deleted")}}


def test_a_unit_that_breaks_is_unknown_and_never_deleted(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/catalog/overlays/production/kustomization.yaml", "../../base", "../../bas")
    shop.commit("A slip")
    code, report = check(run, shop)
    assert code == 1
    assert moved(report) == {}
    broken = report["notRendered"]
    assert isinstance(broken, list)
    assert [(unit["name"], unit["side"]) for unit in broken] == [("catalog", "head")]
    assert "did you mean" in str(broken[0])
    assert any(rule["verdict"] == "unknown" for rule in report["rules"])


def test_a_misspelt_field_is_found_at_its_line(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/storefront/base/service.yaml", "targetPort", "targetPrt")
    shop.commit("A slip")
    code, report = check(run, shop)
    assert code == 1
    found = [one for one in report["findings"] if one["severity"] == "error"]
    assert [(one["location"]["path"], one["location"]["line"], one["rule"]) for one in found] == [
        ("apps/storefront/base/service.yaml", 11, "unknown-field")
    ]
    assert "targetPort" in str(found)
    assert set(found[0]["environments"]) == {"staging", "production"}


def test_the_own_policy_of_the_repository_judges(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/storefront/base/deployment.yaml", "shop.example.com/team: web", "shop.example.com/other: web")
    shop.commit("Nobody's app")
    code, report = check(run, shop)
    assert code == 1
    assert "say who to call" in str(report["findings"])


def test_the_change_cannot_loosen_what_judges_it(run: Run, shop: GitRepo) -> None:
    shop.write(".gitops-check.yaml", "version: 1\n")
    (shop.root / "policies/ownership.rego").unlink()
    edit(shop, "apps/storefront/base/deployment.yaml", "shop.example.com/team: web", "shop.example.com/other: web")
    edit(shop, "apps/storefront/overlays/production/kustomization.yaml", "count: 6", "count: 8")
    shop.commit("Off with the rules")
    code, report = check(run, shop)
    assert code == 1
    assert "say who to call" in str(report["findings"])
    assert [rule["rule"] for rule in report["rules"] if rule["verdict"] == "broken"] == ["source-branch"]


def test_a_secret_value_changes_and_is_never_shown(run: Run, shop: GitRepo) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData: {token: hunter2-%s}\n"
    shop.write("apps/catalog/base/secret.yaml", secret % "old")
    edit(shop, "apps/catalog/base/kustomization.yaml", "  - service.yaml", "  - service.yaml\n  - secret.yaml")
    shop.git("checkout", "-q", "main")
    shop.commit("A secret")
    shop.git("checkout", "-q", "-b", "feature/y")
    shop.write("apps/catalog/base/secret.yaml", secret % "new")
    shop.commit("Another secret")
    for name in ("json", "text", "markdown"):
        _, out, err = run("check", "-C", str(shop.root), "--base", "main", "-o", name)
        assert "hunter2" not in out + err
        assert "token" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--base", "nowhere"], 2, ["nowhere"]),
        (["--base", "main", "-o", "jsn"], 2, ["jsn", "json"]),
        (["--base", "main", "--settings", "missing.yaml"], 2, ["missing.yaml"]),
    ],
)
def test_a_wrong_command_line_says_what_to_do(run: Run, shop: GitRepo, arguments: list[str], code: int, words: list[str]) -> None:
    ended, out, err = run("check", "-C", str(shop.root), *arguments)
    assert (ended, out) == (code, "")
    assert all(word in err for word in words), err


def test_outside_a_repository(run: Run, tmp_path: Path, git_home: Path) -> None:
    (tmp_path / "plain").mkdir()
    code, _, err = run("check", "-C", str(tmp_path / "plain"))
    assert code in (2, 3)
    assert "Git repository" in err
    assert "Traceback" not in err


def test_fail_on_decides_the_exit_code(run: Run, shop: GitRepo) -> None:
    edit(shop, "apps/storefront/base/service.yaml", "targetPort", "targetPrt")
    shop.commit("A slip")
    assert check(run, shop, "--fail-on", "never")[0] == 0
    assert check(run, shop, "--fail-on", "error")[0] == 1


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        ("apps/catalog/base/kustomization.yaml", "  - deployment.yaml", "  - deployment.yaml\n  - ../overlays/production", ["cycle"]),
        ("apps/catalog/overlays/production/kustomization.yaml", "../../base", "../../../../../etc", ["etc"]),
        ("apps/catalog/overlays/production/kustomization.yaml", "replicas.yaml", "replica.yaml", ["replica.yaml", "did you mean"]),
        ("apps/catalog/overlays/production/replicas.yaml", "spec:", "spec: [", ["replicas.yaml"]),
        ("clusters/production/catalog.yaml", "overlays/production", "overlays/prod", ["overlays/prod"]),
    ],
)
def test_what_breaks_one_unit_is_said_and_the_rest_is_still_checked(
    run: Run, shop: GitRepo, path: str, before: str, after: str, words: list[str]
) -> None:
    edit(shop, path, before, after)
    edit(shop, "apps/storefront/base/service.yaml", "targetPort", "targetPrt")
    shop.commit("Slips")
    code, report = check(run, shop)
    assert code == 1
    assert "unknown-field" in [finding["rule"] for finding in report["findings"]]
    broken = [finding for finding in report["findings"] if finding["rule"] == "could-not-render"]
    assert broken
    assert all(word in str(broken) for word in words), broken
    assert not any(change == "deleted" for objects in moved(report).values() for _, _, change in objects)


def test_a_policy_that_does_not_compile_is_said_and_the_others_still_judge(run: Run, shop: GitRepo) -> None:
    shop.git("checkout", "-q", "main")
    shop.write("policies/broken.rego", "package main\n\nimport rego.v1\n\ndeny contains msg if {\n")
    shop.commit("A slip in a policy")
    shop.git("checkout", "-q", "-b", "feature/z")
    edit(shop, "apps/storefront/base/deployment.yaml", "shop.example.com/team: web", "shop.example.com/other: web")
    shop.commit("Nobody's app")
    code, report = check(run, shop)
    assert code == 1
    assert "policies/broken.rego" in {finding["location"]["path"] for finding in report["findings"]}
    assert "say who to call" in str(report["findings"])


def test_a_slip_in_the_settings_is_one_line_and_exit_2(run: Run, shop: GitRepo) -> None:
    shop.git("checkout", "-q", "main")
    edit(shop, ".gitops-check.yaml", "environments:", "environment:")
    shop.commit("A slip in the settings")
    code, out, err = run("check", "-C", str(shop.root), "--base", "main")
    assert (code, out) == (2, "")
    assert ".gitops-check.yaml:3:1" in err
    assert "environments" in err


def test_a_new_unit_is_created_and_a_removed_one_deleted(run: Run, shop: GitRepo) -> None:
    (shop.root / "clusters/staging/catalog.yaml").unlink()
    shop.commit("No catalog in staging")
    _, report = check(run, shop)
    assert ("Deployment", "catalog", "deleted") in moved(report)["staging"]
    code, out, _ = run("diff", "-C", str(shop.root), "--base", "HEAD", "--head", "main", "-o", "json")
    assert code == 0
    assert json.loads(out)["schema"] == "gitops-check/report/v1"


def test_a_declaration_that_no_longer_parses_is_unknown_and_its_objects_are_not_deleted(run: Run, shop: GitRepo) -> None:
    edit(shop, "argocd/production/storefront.yaml", "spec:", "spec: [")
    shop.commit("A slip in an Application")
    code, report = check(run, shop)
    assert code == 1
    assert not any(change == "deleted" for objects in moved(report).values() for _, _, change in objects)
    assert "storefront-production" in {unit["name"] for unit in report["notRendered"]}
    assert "argocd/production/storefront.yaml" in {finding["location"]["path"] for finding in report["findings"]}
