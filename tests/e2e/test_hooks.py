"""The hooks as the real pre-commit runs them in a repository that is not ours."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from tests.e2e.conftest import run_program
from tests.gitrepo import GitRepo

GOOD = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: 8080
"""
ROOT = Path(__file__).parents[2]
BAD = GOOD.replace("targetPort", "targetPrt")


def commit(repo: GitRepo, message: str = "change") -> tuple[bool, str]:
    before = repo.git("rev-parse", "HEAD")
    said = run_program("git", "commit", "--message", message, cwd=repo.root, code=None)
    return repo.git("rev-parse", "HEAD") != before, said


def test_a_bad_manifest_stops_the_commit_and_a_good_one_passes(hooked: GitRepo) -> None:
    hooked.stage({"apps/web/service.yaml": BAD})
    made, said = commit(hooked)
    assert not made
    assert "apps/web/service.yaml:10:7: error unknown-field" in said
    assert "did you mean targetPort?" in said
    hooked.stage({"apps/web/service.yaml": GOOD})
    made, said = commit(hooked)
    assert made, said


def test_what_is_staged_is_judged_and_not_the_work_tree(hooked: GitRepo) -> None:
    hooked.stage({"apps/web/service.yaml": GOOD})
    hooked.write("apps/web/service.yaml", BAD)
    made, said = commit(hooked)
    assert made, said
    hooked.stage()
    hooked.write("apps/web/service.yaml", GOOD)
    made, said = commit(hooked)
    assert not made, said


def test_a_file_staged_in_part_is_judged_by_that_part(hooked: GitRepo) -> None:
    hooked.stage({"apps/web/service.yaml": GOOD})
    assert commit(hooked)[0]
    hooked.stage({"apps/web/service.yaml": GOOD.replace("name: web", "name: shop")})
    hooked.write("apps/web/service.yaml", BAD.replace("name: web", "name: shop"))
    made, said = commit(hooked)
    assert made, said
    assert "targetPrt" in (hooked.root / "apps/web/service.yaml").read_text(), "the rest of the edit is still there"


def test_a_branch_that_may_not_change_production_is_stopped(hooked: GitRepo) -> None:
    hooked.write(
        ".gitops-check.yaml", "version: 1\nenvironments: {production: {guarded: true}}\nrules: {source-branch: {from: [release/*]}}\n"
    )
    hooked.stage({"environments/production/service.yaml": GOOD})
    hooked.git("commit", "--quiet", "--no-verify", "--message", "Production")
    hooked.branch("feature/port")
    hooked.stage({"environments/production/service.yaml": GOOD.replace("port: 80\n", "port: 81\n")})
    made, said = commit(hooked)
    assert not made
    assert "source-branch" in said
    assert "release/*" in said
    hooked.git("checkout", "--quiet", "-b", "release/1.0")
    made, said = commit(hooked)
    assert made, said


def test_the_rules_hold_at_push_too(hooked: GitRepo, tmp_path: Path) -> None:
    hooked.write(
        ".gitops-check.yaml", "version: 1\nenvironments: {production: {guarded: true}}\nrules: {source-branch: {from: [release/*]}}\n"
    )
    hooked.stage({"environments/production/service.yaml": GOOD})
    hooked.git("commit", "--quiet", "--no-verify", "--message", "Production")
    run_program("git", "init", "--quiet", "--bare", tmp_path / "remote.git", cwd=tmp_path)
    hooked.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    run_program("git", "push", "--quiet", "--no-verify", "origin", "main", cwd=hooked.root)
    hooked.branch("feature/port")
    hooked.stage({"environments/production/service.yaml": GOOD.replace("port: 80\n", "port: 81\n")})
    hooked.git("commit", "--quiet", "--no-verify", "--message", "Another port")
    said = run_program("git", "push", "origin", "feature/port", cwd=hooked.root, code=1)
    assert "source-branch" in said
    hooked.branch("release/1.0")
    run_program("git", "push", "origin", "release/1.0", cwd=hooked.root)


def test_try_repo_works_as_readers_of_the_manual_would_run_it(sources: Path, hooked: GitRepo) -> None:
    hooked.stage({"apps/web/service.yaml": BAD})
    said = run_program(
        sys.executable, "-m", "pre_commit", "try-repo", sources, "gitops-lint", "--files", "apps/web/service.yaml", cwd=hooked.root, code=1
    )
    assert "unknown-field" in said


def test_the_manifest_names_commands_that_exist() -> None:
    from checker.cli.arguments import COMMANDS
    from checker.tools.yaml import load_documents

    hooks = load_documents((ROOT / ".pre-commit-hooks.yaml").read_bytes())[0].value
    assert isinstance(hooks, list)
    assert {hook["entry"].split()[1] for hook in hooks if isinstance(hook, dict)} <= set(COMMANDS)  # type: ignore[union-attr]


def test_hooks_bring_what_the_extras_name_and_the_lock_is_of_the_same_engine() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = {*project["rego"], *project["helm"], *project["cel"]}
    listed = re.findall(r"additional_dependencies: \[(.*)\]", (ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [set(re.findall(r'"([^"]+)"', one)) for one in listed] == [wanted] * 3
    lock = (ROOT / ".ci" / "rego.lock").read_text()
    assert re.findall(r"^[a-z-]+==\S+", lock, re.MULTILINE) == project["rego"]
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lock)) >= 5
