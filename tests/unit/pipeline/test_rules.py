"""Branch-to-environment rules on real Git repositories: what the base branch ran and when, who signed, who owns."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checker.compare import CompareOptions, compare
from checker.discover import DiscoverOptions
from checker.gate import judge
from checker.model.report import Mode, RuleVerdict, Verdict
from checker.model.settings import RuleChoice, Settings
from checker.pipeline.expand import ExpandOptions, expand
from checker.pipeline.rules import gate_options
from checker.render.options import RenderOptions
from checker.snapshot import open_repository, resolve_change
from tests.gitrepo import GitRepo

GUARDED = frozenset({"production", "staging"})
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers: [{name: shop, image: shop}]
"""


def overlay(tag: str) -> str:
    return f"resources: [../../base]\nimages:\n- name: shop\n  newTag: '{tag}'\n"


def layout(staging: str, production: str) -> dict[str, str]:
    return {"overlays/staging/kustomization.yaml": overlay(staging), "overlays/production/kustomization.yaml": overlay(production)}


@pytest.fixture
def shop(git_repo: GitRepo) -> GitRepo:
    """One application in two environments, with a past: production ran 1, then 2; staging has been at 3 for a while."""
    base = {"base/kustomization.yaml": "resources: [deployment.yaml]\n", "base/deployment.yaml": DEPLOYMENT}
    git_repo.commit("first", files={**base, **layout("1", "1")})
    git_repo.commit("second", files=layout("2", "2"))
    git_repo.commit("third", files=layout("3", "2"))
    git_repo.git("switch", "-q", "-c", "feature/x")
    return git_repo


def verdict(
    repo: GitRepo, rule: str, /, environ: dict[str, str] | None = None, environment: str = "production", **parameters: Any
) -> RuleVerdict:
    named = {name.rstrip("_").replace("_", "-"): value for name, value in parameters.items()}
    settings = Settings(rules=(RuleChoice(rule=rule, environment=environment, mode=Mode.ENFORCE, parameters=named),))
    change = resolve_change(open_repository(repo.root), base="main", environ=environ or {})
    options = ExpandOptions(discover=DiscoverOptions(), render=RenderOptions(kubernetes="1.33"))
    base, head = expand(change.base, change.head, options)
    comparison = compare(base.built, head.built, change.facts, CompareOptions(guarded=GUARDED))
    chosen = gate_options(change, settings, GUARDED, ("staging", "production"), options)
    found = judge(comparison, base.built, head.built, change.facts, chosen)
    return next(one for one in found if one.rule == rule and one.environment == environment)


@pytest.mark.parametrize(
    ("tag", "expected", "words"),
    [
        ("3", Verdict.PASSED, "runs in staging"),
        ("4", Verdict.BROKEN, "does not run in staging on main yet (staging: 3)"),
        ("1", Verdict.PASSED, "rollback"),
    ],
)
def test_promotion_and_rollback(shop: GitRepo, tag: str, expected: Verdict, words: str) -> None:
    shop.commit("promote", files={"overlays/production/kustomization.yaml": overlay(tag)})
    found = verdict(shop, "promoted-from", value="staging")
    assert found.verdict is expected
    assert words in found.message


def test_staging_and_production_in_one_change_is_no_promotion(shop: GitRepo) -> None:
    shop.commit("both", files=layout("4", "4"))
    assert verdict(shop, "promoted-from", value="staging").verdict is Verdict.BROKEN


def test_an_application_that_is_new_to_production(shop: GitRepo) -> None:
    new = DEPLOYMENT.replace("shop", "cart")
    shop.commit(
        "new", files={"overlays/production/cart/kustomization.yaml": "resources: [all.yaml]\n", "overlays/production/cart/all.yaml": new}
    )
    assert verdict(shop, "promoted-from", value="staging").verdict is Verdict.PASSED


@pytest.mark.parametrize(("soak", "expected"), [("1h", Verdict.PASSED), ("520w", Verdict.BROKEN)])
def test_soak_is_read_from_the_history_of_the_base_branch(shop: GitRepo, soak: str, expected: Verdict) -> None:
    shop.commit("promote", files={"overlays/production/kustomization.yaml": overlay("3")})
    found = verdict(shop, "promoted-from", value="staging", soak=soak)
    assert found.verdict is expected
    assert "runs in staging" in found.message


SOURCE = {"from_": ["release/*"], "into": ["main"]}
REQUEST = {
    "GITLAB_CI": "true",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "release/7",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/shop",
    "CI_MERGE_REQUEST_PROJECT_PATH": "acme/shop",
}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (REQUEST, Verdict.PASSED),
        ({**REQUEST, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/shop"}, Verdict.BROKEN),
        ({**REQUEST, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": ""}, Verdict.UNKNOWN),
        ({**REQUEST, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "develop"}, Verdict.BROKEN),
        ({**REQUEST, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": ""}, Verdict.UNKNOWN),
        ({**REQUEST, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/x"}, Verdict.BROKEN),
    ],
)
def test_forks_retargeted_and_nameless_requests(shop: GitRepo, environ: dict[str, str], expected: Verdict) -> None:
    shop.commit("change", files={"overlays/production/kustomization.yaml": overlay("3")})
    assert verdict(shop, "source-branch", environ, **SOURCE).verdict is expected


def test_a_shared_base_moves_both_and_a_comment_none(shop: GitRepo) -> None:
    shop.commit("comment", files={"base/deployment.yaml": DEPLOYMENT + "# nothing\n"})
    assert (
        verdict(shop, "one-environment-per-change", environments=["staging", "production"], environment="production").verdict
        is Verdict.PASSED
    )
    shop.commit("base", files={"base/deployment.yaml": DEPLOYMENT + "  replicas: 3\n"})
    found = verdict(shop, "one-environment-per-change", environments=["staging", "production"], environment="production")
    assert found.verdict is Verdict.BROKEN
    assert "through shared base base/deployment.yaml" in found.message


def test_a_hotfix_is_bypassed_in_sight(shop: GitRepo) -> None:
    shop.commit("fix\n\nGitops-Check-Bypass: source-branch outage 42", files={"overlays/production/kustomization.yaml": overlay("3")})
    settings = RuleChoice(rule="bypass", environment="", mode=Mode.ENFORCE, parameters={"trailers": ["source-branch"]})
    change = resolve_change(open_repository(shop.root), base="main", environ={})
    options = ExpandOptions(discover=DiscoverOptions(), render=RenderOptions(kubernetes="1.33"))
    base, head = expand(change.base, change.head, options)
    comparison = compare(base.built, head.built, change.facts, CompareOptions(guarded=GUARDED))
    rule = RuleChoice(rule="source-branch", environment="production", mode=Mode.ENFORCE, parameters={"from": ["release/*"]})
    chosen = gate_options(change, Settings(rules=(rule, settings)), GUARDED, (), options)
    found = next(one for one in judge(comparison, base.built, head.built, change.facts, chosen) if one.rule == "source-branch")
    assert found.verdict is Verdict.BYPASSED
    assert "outage 42" in found.message


def test_signers_are_those_of_the_base_revision(shop: GitRepo, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    public = " ".join((tmp_path / "key.pub").read_text().split()[:2])
    shop.git("config", "gpg.format", "ssh")
    shop.git("config", "user.signingkey", tmp_path / "key.pub")
    shop.stage({"overlays/production/kustomization.yaml": overlay("3"), ".allowed_signers": f"ada@example.org {public}\n"})
    shop.git("commit", "-q", "-S", "-m", "allows itself")
    assert verdict(shop, "signed-commits", allowed_signers=".allowed_signers").verdict is Verdict.BROKEN
    shop.git("switch", "-q", "main")
    shop.commit("allow", files={".allowed_signers": f"ada@example.org {public}\n"})
    shop.git("switch", "-q", "-c", "feature/y")
    shop.stage({"overlays/production/kustomization.yaml": overlay("3")})
    shop.git("commit", "-q", "-S", "-m", "signed")
    assert verdict(shop, "signed-commits", allowed_signers=".allowed_signers").verdict is Verdict.PASSED
    shop.commit("not signed", files={"overlays/production/kustomization.yaml": overlay("1")})
    assert verdict(shop, "signed-commits", allowed_signers=".allowed_signers").verdict is Verdict.BROKEN


@pytest.fixture
def gpg(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring of its own, in a place short enough for the agent's socket."""
    home = Path(tempfile.mkdtemp(prefix="gpg"))
    monkeypatch.setenv("GNUPGHOME", str(home))
    yield home
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_gpg_keys_are_those_of_the_base_revision(shop: GitRepo, gpg: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Ada <ada@acme.example>", "ed25519", "sign", "0"]
    subprocess.run(make, check=True, capture_output=True)
    public = subprocess.run(["gpg", "--armor", "--export"], check=True, capture_output=True).stdout
    shop.git("config", "user.signingkey", "ada@acme.example")
    rule = {"gpg_keys": "keys.asc", "signers": ["*@acme.example"]}

    def signed(branch: str, **files: str | bytes) -> Verdict:
        shop.git("switch", "-q", "-C", branch, "main")
        shop.stage(
            {"overlays/production/kustomization.yaml": overlay("3"), **{name.replace("_", "."): text for name, text in files.items()}}
        )
        shop.git("commit", "-q", "-S", "-m", "signed")
        return verdict(shop, "signed-commits", **rule).verdict

    assert signed("feature/own-key", keys_asc=public) is Verdict.BROKEN, "a change cannot bring the key that vouches for it"
    shop.git("switch", "-q", "main")
    shop.commit("keys", files={"keys.asc": public})
    assert signed("feature/good") is Verdict.PASSED
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("GNUPGHOME", str(tmp_path))
        assert verdict(shop, "signed-commits", **rule).verdict is Verdict.PASSED, "the keyring of who runs it does not matter"
    assert verdict(shop, "signed-commits", **{**rule, "signers": ["*@other.example"]}).verdict is Verdict.BROKEN


def test_a_rebase_loses_signatures_and_a_merge_needs_none(shop: GitRepo, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    public = " ".join((tmp_path / "key.pub").read_text().split()[:2])
    shop.git("config", "gpg.format", "ssh")
    shop.git("config", "user.signingkey", tmp_path / "key.pub")
    shop.git("switch", "-q", "main")
    shop.commit("allow", files={".allowed_signers": f"ada@example.org {public}\n"})
    shop.git("switch", "-q", "-c", "feature/signed")
    shop.stage({"overlays/production/kustomization.yaml": overlay("3")})
    shop.git("commit", "-q", "-S", "-m", "signed")
    shop.git("switch", "-q", "main")
    shop.commit("others go on", files={"note.txt": "x"})
    shop.git("switch", "-q", "feature/signed")
    shop.git("branch", "rebased")
    shop.git("merge", "-q", "--no-edit", "main")
    assert verdict(shop, "signed-commits", allowed_signers=".allowed_signers").verdict is Verdict.PASSED
    shop.git("switch", "-q", "rebased")
    shop.git("-c", "commit.gpgSign=false", "rebase", "-q", "main")
    found = verdict(shop, "signed-commits", allowed_signers=".allowed_signers")
    assert found.verdict is Verdict.BROKEN
    assert "is not signed" in found.message
    shop.git("rebase", "-q", "--force-rebase", "-S", "main")
    assert verdict(shop, "signed-commits", allowed_signers=".allowed_signers").verdict is Verdict.PASSED


def test_owners_are_those_of_the_base_revision(shop: GitRepo) -> None:
    change = {"overlays/production/kustomization.yaml": overlay("3")}
    shop.commit("adds its own owner", files={**change, "CODEOWNERS": "* @mallory\n"})
    assert verdict(shop, "owners").verdict is Verdict.UNKNOWN
    shop.git("switch", "-q", "main")
    shop.commit("owners", files={".github/CODEOWNERS": "/overlays/ @acme/ops\n"})
    shop.git("switch", "-q", "-c", "feature/z")
    shop.commit("change", files=change)
    assert verdict(shop, "owners").verdict is Verdict.PASSED


def test_a_window_that_is_always_closed(shop: GitRepo) -> None:
    shop.commit("change", files={"overlays/production/kustomization.yaml": overlay("3")})
    assert verdict(shop, "freeze", windows=[{"schedule": "* * * * *", "duration": "1h"}]).verdict is Verdict.BROKEN
    closed = datetime.now(UTC) + timedelta(days=40)
    later = f"0 0 {closed.day} {closed.month} *"
    assert verdict(shop, "freeze", windows=[{"schedule": later, "duration": "1h"}]).verdict is Verdict.PASSED
