from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import main
from checker.evaluate import Meaning
from checker.model.findings import UsageError
from checker.model.paths import RepoPath
from checker.model.settings import PolicySource, Settings
from checker.model.tree import MemoryTree
from checker.pipeline.policies import policy_sets
from tests.gitrepo import GitRepo

TREE = MemoryTree(
    {
        RepoPath("policies/a.rego"): b"package main\n",
        RepoPath("policies/a_test.rego"): b"package main\n",
        RepoPath("constraints/t.yaml"): b"apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: t}\n",
        RepoPath("constraints/c.yaml"): b"apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: T\nmetadata: {name: c}\n",
        RepoPath("empty/README.md"): b"",
    }
)


def settings(*sources: PolicySource) -> Settings:
    return Settings(policies=sources)


def test_rego_folders_are_loaded_without_their_tests() -> None:
    (one,) = policy_sets(TREE, settings(PolicySource(path="policies", namespaces=("main",))))
    assert [module.path for module in one.modules] == ["policies/a.rego"]
    assert one.meaning is Meaning.CONFTEST


def test_gatekeeper_folders_are_their_templates_and_constraints() -> None:
    (one,) = policy_sets(TREE, settings(PolicySource(path="constraints", engine="gatekeeper")))
    assert {obj.kind for obj in one.objects} == {"ConstraintTemplate", "T"}
    assert one.meaning is Meaning.GATEKEEPER


def test_the_library_is_there_without_a_folder() -> None:
    (one,) = policy_sets(TREE, Settings())
    assert one.meaning is Meaning.LIBRARY
    assert one.docs


@pytest.mark.parametrize(
    "source",
    [
        PolicySource(path="missing"),
        PolicySource(path="empty"),
        PolicySource(path="../up"),
        PolicySource(path="policies", engine="gatekeeper"),
    ],
)
def test_no_policies_is_not_the_same_as_all_passed(source: PolicySource) -> None:
    with pytest.raises(UsageError):
        policy_sets(TREE, settings(source))


RULE = """package main
import rego.v1
deny contains msg if {
	input.kind == "ConfigMap"
	change := data.gitops.change
	some file in change.files
	msg := sprintf("%v to %v by %v: %v %v", [change.source_branch, change.target_branch, change.labels, file.status, file.path])
}
"""


def test_policies_see_the_change(git_repo: GitRepo, tmp_path: Path) -> None:
    """The branches and labels of the pull request, and the files; what is not known is not there."""
    git_repo.commit(files={"policy/p.rego": RULE, ".gitops-check.yaml": "version: 1\npolicies: [{path: policy}]\n"})
    git_repo.branch("feature")
    git_repo.switch("feature")
    git_repo.commit(files={"apps/web/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n"})
    out = tmp_path / "out.json"
    words = ["--base", "main", "--source-branch", "feature", "--target-branch", "main", "--label", "urgent"]
    assert main(["check", "-C", str(git_repo.root), *words, "-o", f"json={out}"]) == 1
    (message,) = [one["message"] for one in json.loads(out.read_text())["findings"] if one["rule"] == "main/deny"]
    assert message == 'feature to main by ["urgent"]: A apps/web/c.yaml'


def test_what_a_hidden_folder_keeps_is_shown_and_not_judged(git_repo: GitRepo, tmp_path: Path) -> None:
    """Nothing deploys it: its change is in the diff, its objects are counted as skipped, and one note says why."""
    rule = 'package main\nimport rego.v1\ndeny contains "no" if input.kind == "ConfigMap"\n'
    folders = (".archive/old", ".archive/older", "live")
    files = {f"apps/{folder}/kustomization.yaml": "resources: [c.yaml]\n" for folder in folders}
    maps = {f"apps/{folder}/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n" for folder in folders}
    git_repo.commit(files={"policy/p.rego": rule, ".gitops-check.yaml": "version: 1\npolicies: [{path: policy}]\n", **files, **maps})
    git_repo.branch("feature")
    git_repo.switch("feature")
    git_repo.commit(files={"apps/.archive/old/c.yaml": maps["apps/live/c.yaml"] + "data: {k: v}\n"})
    out = tmp_path / "out.json"
    main(["check", "-C", str(git_repo.root), "--base", "main", "-o", f"json={out}"])
    report = json.loads(out.read_text())
    assert [one["location"]["path"] for one in report["findings"] if one["rule"] == "main/deny"] == ["apps/live/c.yaml"]
    (note,) = [one for one in report["findings"] if one["rule"] == "put-away"]
    assert note["message"] == "2 objects are not judged by policies: apps/.archive is a hidden folder that nothing deploys"
    assert report["summary"]["checks"]["skipped"] == 2
    assert report["summary"]["objects"]["changed"] == 1
