"""Traps of branch-to-environment rules, each end to end on a real repository: the command as CI runs it, and what it says."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.e2e.layouts import BASE, SHOP, overlay
from tests.gitrepo import GitRepo

SETTINGS = """\
version: 1
environments:
  staging: {match: [{path: overlays/staging}], guarded: true}
  production: {match: [{path: overlays/production}], guarded: true}
rules:
  source-branch: {production: {from: ["release/*", "hotfix/*"], into: [main]}}
  promoted-from: {production: {environment: staging, soak: 1d}}
  one-environment-per-change: enforce
  bypass: {production: {labels: {hotfix: [promoted-from]}}, staging: off}
"""
PRODUCTION, STAGING = "overlays/production/kustomization.yaml", "overlays/staging/kustomization.yaml"
Judge = Callable[..., dict[str, tuple[str, str]]]


@pytest.fixture
def shop(git_repo: GitRepo) -> GitRepo:
    """Production ran 1.0, and runs 1.1; staging has been at 1.2 for long."""
    first = {**BASE, ".gitops-check.yaml": SETTINGS, STAGING: overlay("1.0"), PRODUCTION: overlay("1.0")}
    git_repo.commit("first", files=first)
    git_repo.commit("second", files={STAGING: overlay("1.1"), PRODUCTION: overlay("1.1")})
    git_repo.commit("third", files={STAGING: overlay("1.2")})
    return git_repo


@pytest.fixture
def judge(shop: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Judge:
    """The pull request of a branch as GitHub Actions sees it: rule and environment -> verdict and message; `event` edits the payload."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI_", "GITLAB", "JENKINS", "CHANGE_")):
            monkeypatch.delenv(name)

    def run(branch: str, files: dict[str, str], *, delete: tuple[str, ...] = (), fork: str = "acme", **event: Any) -> Any:
        shop.git("switch", "-q", "-C", branch, "main")
        shop.commit("change", files=files, delete=delete)
        shop.git("switch", "-q", "--detach")
        request = {
            "number": 7,
            "head": {"ref": branch, "repo": {"full_name": f"{fork}/shop"}},
            "base": {"ref": "main", "repo": {"full_name": "acme/shop"}},
            "labels": [{"name": name} for name in event.pop("labels", ())],
            **event,
        }
        (tmp_path / "event.json").write_text(json.dumps({"pull_request": request}))
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/shop")
        code = main(["check", "-C", str(shop.root), "-o", "json"])
        report = json.loads(capsys.readouterr().out)
        found = {f"{rule['rule']} {rule['environment']}": (rule["verdict"], rule["message"]) for rule in report["rules"]}
        worst = {rule["verdict"] for rule in report["rules"] if rule["mode"] == "enforce"} & {"broken", "unknown"}
        assert code == (1 if worst or report["summary"]["findings"]["error"] else 0)
        found["notes"] = ("", " | ".join(report["notes"]))
        found["findings"] = ("", " | ".join(f"{finding['rule']} {finding['message']}" for finding in report["findings"]))
        return found

    return run


PROMOTE = {PRODUCTION: overlay("1.2")}


def test_a_promotion_from_a_release_branch(judge: Judge) -> None:
    found = judge("release/1", PROMOTE)
    assert {verdict for name, (verdict, _) in found.items() if verdict} == {"passed"}


def test_a_fork_with_a_branch_of_the_same_name(judge: Judge) -> None:
    verdict, message = judge("release/1", PROMOTE, fork="mallory")["source-branch production"]
    assert verdict == "broken"
    assert "release/1 is a branch of the fork mallory/shop" in message


def test_a_fork_that_is_gone(judge: Judge) -> None:
    found = judge("release/1", PROMOTE, head={"ref": "release/1", "repo": None})
    assert found["source-branch production"][0] == "unknown"
    assert "the repository of release/1 is not known" in found["source-branch production"][1]


def test_a_request_that_was_given_another_target(judge: Judge, shop: GitRepo) -> None:
    shop.git("branch", "develop", "main")
    found = judge("release/1", PROMOTE, base={"ref": "develop", "repo": {"full_name": "acme/shop"}})
    assert found["source-branch production"][0] == "broken"
    assert "but not by a merge into develop" in found["source-branch production"][1]


def test_a_head_that_nobody_names(judge: Judge) -> None:
    found = judge("release/1", PROMOTE, head={"ref": "", "repo": {"full_name": "acme/shop"}})
    assert found["source-branch production"][0] == "unknown"


def test_a_rollback_is_allowed_and_named(judge: Judge) -> None:
    verdict, message = judge("release/1", {PRODUCTION: overlay("1.0")})["promoted-from production"]
    assert verdict == "passed"
    assert "image registry.example.com/shop:1.0 is a rollback: production ran it at" in message


def test_what_staging_never_ran(judge: Judge) -> None:
    verdict, message = judge("release/1", {PRODUCTION: overlay("1.3")})["promoted-from production"]
    assert verdict == "broken"
    assert "does not run in staging on main yet (staging: 1.2)" in message


def test_an_application_for_the_first_time(judge: Judge) -> None:
    new = {"overlays/production/cart/kustomization.yaml": "resources: [all.yaml]\n", "overlays/production/cart/all.yaml": SHOP}
    verdict, message = judge("release/1", new)["promoted-from production"]
    assert verdict == "passed"
    assert "is new to production" in message


def test_a_removed_application(judge: Judge) -> None:
    found = judge("release/1", {}, delete=(PRODUCTION,))
    assert found["promoted-from production"][0] == "passed"
    assert found["destructive-change production"][0] in ("passed", "broken")
    assert judge("feature/x", {}, delete=(PRODUCTION,))["source-branch production"][0] == "broken"


def test_a_version_that_has_not_been_in_staging_for_a_day(judge: Judge, shop: GitRepo) -> None:
    shop.stage({STAGING: overlay("1.3")})
    shop.git("commit", "-q", "-m", "now", environment={"GIT_COMMITTER_DATE": f"@{int(time.time())} +0000"})
    verdict, message = judge("release/1", {PRODUCTION: overlay("1.3")})["promoted-from production"]
    assert verdict == "broken"
    assert "only since" in message
    assert "1d is asked" in message


def test_a_hotfix_is_lifted_by_its_label_and_only_there(judge: Judge) -> None:
    found = judge("hotfix/1", {PRODUCTION: overlay("1.3")}, labels=["hotfix"])
    assert found["promoted-from production"][0] == "bypassed"
    assert "bypassed by label hotfix" in found["promoted-from production"][1]
    assert found["source-branch production"][0] == "passed"
    both = {PRODUCTION: overlay("1.3"), STAGING: overlay("1.3")}
    assert judge("hotfix/1", both, labels=["hotfix"])["one-environment-per-change staging"][0] == "broken"


@pytest.mark.parametrize("form", ["text", "markdown", "html", "github", "gitlab", "sarif", "junit", "json"])
def test_a_bypass_is_seen_in_every_report(shop: GitRepo, capsys: pytest.CaptureFixture[str], form: str) -> None:
    shop.git("switch", "-q", "-c", "hotfix/1", "main")
    shop.commit("fix", files={PRODUCTION: overlay("1.3")})
    assert main(["gate", "-C", str(shop.root), "--base", "main", "--label", "hotfix", "-o", form]) == 0
    said = capsys.readouterr().out
    assert "bypassed" in said
    assert "label hotfix" in said
    if form in ("text", "markdown"):
        assert "promoted-from on production is bypassed" in " ".join(said.splitlines()[:4])


def test_a_shared_base_moves_production_and_a_comment_in_it_does_not(judge: Judge) -> None:
    found = judge("feature/x", {"base/deployment.yaml": SHOP.replace("replicas: 2", "replicas: 3")})
    assert found["source-branch production"][0] == "broken"
    assert "through shared base base/deployment.yaml" in found["source-branch production"][1]
    assert found["one-environment-per-change production"][0] == "broken"
    found = judge("feature/y", {"base/deployment.yaml": f"# how the shop runs\n{SHOP}", PRODUCTION: overlay("1.1", "\n# same\n")})
    assert {verdict for name, (verdict, _) in found.items() if verdict} == {"passed"}


def test_what_cannot_be_rendered_is_not_let_through(judge: Judge) -> None:
    found = judge("feature/x", {PRODUCTION: "resources: [../../nowhere]\n"})
    assert found["source-branch production"][0] == "unknown"
    assert found["promoted-from production"][0] == "unknown"


def test_others_merged_meanwhile(judge: Judge, shop: GitRepo) -> None:
    """What staging runs is read from where main stands now, not from where the branch was cut."""
    old = shop.head
    shop.commit("staging moves on", files={STAGING: overlay("1.4")})
    shop.git("branch", "-f", "main-old", old)
    shop.git("switch", "-q", "-c", "start", old)
    shop.git("branch", "-f", "keep", "main")
    found = judge("release/1", {PRODUCTION: overlay("1.2")})
    assert found["promoted-from production"][0] == "broken", "1.2 left staging before this was merged"


def test_the_rules_cannot_be_weakened_by_the_change_that_breaks_them(judge: Judge) -> None:
    weaker = SETTINGS.replace('["release/*", "hotfix/*"]', '["**"]').replace("one-environment-per-change: enforce", "mirror: off")
    found = judge("feature/x", {".gitops-check.yaml": weaker, PRODUCTION: overlay("1.3")})
    assert found["source-branch production"][0] == "broken"
    notes = found["notes"][1]
    assert ".gitops-check.yaml differs in this change; judged by the one at main" in notes
    assert "by the settings of this change source-branch on production would pass (now broken, enforce)" in notes
    assert "one-environment-per-change on production would be off (now passed)" in notes


def test_nor_by_taking_them_away_or_by_calling_production_something_else(judge: Judge) -> None:
    found = judge("feature/x", PROMOTE, delete=(".gitops-check.yaml",))
    assert found["source-branch production"][0] == "broken"
    assert ".gitops-check.yaml is removed by this change" in found["notes"][1]
    renamed = (
        SETTINGS.replace("  production: {match", "  sandbox: {match")
        .replace("production:", "sandbox:")
        .replace("guarded: true}\nrules", "}\nrules")
    )
    found = judge("feature/y", {".gitops-check.yaml": renamed, **PROMOTE})
    assert found["source-branch production"][0] == "broken"


def test_settings_that_could_not_be_read_after_the_merge_are_an_error(judge: Judge) -> None:
    found = judge("release/1", {".gitops-check.yaml": SETTINGS.replace("guarded", "gaurded")})
    assert "differs in this change" in found["notes"][1]
    assert "settings-invalid these settings cannot be used: environments.staging.gaurded is not a field" in found["findings"][1]


def test_why_an_environment_moves(judge: Judge, shop: GitRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shop.git("switch", "-q", "-c", "feature/x", "main")
    shop.commit("change", files={"base/deployment.yaml": SHOP.replace("replicas: 2", "replicas: 3"), STAGING: overlay("1.2", "# x\n")})
    where = ["gate", "-C", str(shop.root), "--base", "main", "--explain"]
    assert main([*where, "production"]) == 0
    said = capsys.readouterr().out
    assert [line.strip() for line in said.splitlines()[:6]] == [
        "production (guarded) moves because of 1 file",
        "",
        "base/deployment.yaml:7   read by staging too",
        "-> base   base",
        "-> overlays/production   overlay",
        "-> kustomization overlays/production",
    ]
    assert "-> Deployment shop/shop changed: spec.replicas" in said
    assert "Not read by it: overlays/staging/kustomization.yaml" in said
    assert "source-branch  enforce  broken" in said
    assert main([*where, "production", "-o", "json"]) == 0
    value = json.loads(capsys.readouterr().out)
    (chain,) = value["chains"]
    assert chain["file"] == {"path": "base/deployment.yaml", "line": 7, "shared": True}
    assert chain["folders"] == [{"path": "base", "role": "base"}, {"path": "overlays/production", "role": "overlay"}]
    assert chain["objects"][0]["fields"] == ["spec.replicas"]
    assert main([*where, "prodution"]) == 2
    assert "there are production, staging" in capsys.readouterr().err.replace("staging, production", "production, staging")


@pytest.mark.parametrize(
    ("approved", "verdict"),
    [((), "unknown"), (("--approved-by", "mallory"), "broken"), (("--approved-by", "ada", "--approved-by", "@acme/ops"), "passed")],
)
def test_who_approved_is_told_by_flags_or_a_variable(
    shop: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, approved: tuple[str, ...], verdict: str
) -> None:
    owned = {"CODEOWNERS": "/overlays/ @acme/ops\n", ".gitops-check.yaml": SETTINGS + "  owners: {production: {approved: true}}\n"}
    shop.commit("owners", files=owned)
    shop.git("switch", "-q", "-c", "release/1")
    shop.commit("promote", files=PROMOTE)
    where = ["gate", "-C", str(shop.root), "--base", "main", "-o", "json"]

    def judged(*more: str) -> str:
        main([*where, *more])
        found: str = next(rule["verdict"] for rule in json.loads(capsys.readouterr().out)["rules"] if rule["rule"] == "owners")
        return found

    assert judged(*approved) == verdict
    if approved:
        monkeypatch.setenv("GITOPS_CHECK_APPROVED_BY", ",".join(approved[1::2]))
        assert judged() == verdict


def test_a_rule_for_an_environment_that_is_not_there_is_told(shop: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    shop.commit("slip", files={".gitops-check.yaml": "version: 1\nrules: {source-branch: {prodction: {from: ['release/*']}}}\n"})
    shop.git("switch", "-q", "-c", "feature/x")
    shop.commit("change", files=PROMOTE)
    main(["gate", "-C", str(shop.root), "--base", "main"])
    assert "rules are set for environment prodction, in which there is no unit" in capsys.readouterr().out


def test_a_remote_that_is_behind_does_not_say_what_staging_runs(shop: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = shop.clone(tmp_path / "clone")
    clone.git("switch", "-q", "main")
    clone.commit("not pushed yet", files={STAGING: overlay("1.5")})
    clone.git("switch", "-q", "-c", "release/5")
    clone.commit("promote", files={PRODUCTION: overlay("1.5")})
    main(["gate", "-C", str(clone.root), "--base", "refs/heads/main", "-o", "json"])
    found = {rule["rule"]: rule for rule in json.loads(capsys.readouterr().out)["rules"] if rule["environment"] == "production"}
    assert "image registry.example.com/shop:1.5 runs in staging" in found["promoted-from"]["message"]


def test_a_comment_beside_a_change_of_the_base_is_no_direct_change(judge: Judge) -> None:
    files = {"base/deployment.yaml": SHOP.replace("replicas: 2", "replicas: 3"), PRODUCTION: f"# as staging\n{overlay('1.1')}"}
    message = judge("feature/x", files)["source-branch production"][1]
    assert message.endswith("it moves through shared base base/deployment.yaml")
