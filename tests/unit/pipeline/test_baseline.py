"""A baseline: what is known does not fail, what is new does, and what is known in vain is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from checker.model.findings import Finding, Outcome, Severity, UsageError
from checker.model.objects import Location, ObjectKey
from checker.model.paths import RepoPath
from checker.model.report import Report
from checker.pipeline.baseline import against, baseline_text, key_of, parse_baseline
from tests.gitrepo import GitRepo

Run = Callable[..., tuple[int, str, str]]
PATH = RepoPath("known.json")


def finding(message: str = "no", *, line: int = 1, path: str = "a.yaml", outcome: Outcome = Outcome.FAILED) -> Finding:
    key = ObjectKey(group="", kind="Pod", namespace="shop", name="web")
    place = Location(path=RepoPath(path), line=line, column=1)
    return Finding(rule="some-rule", severity=Severity.ERROR, message=message, location=place, object=key, pointer="/spec", outcome=outcome)


def report(*findings: Finding) -> Report:
    return Report(tool_version="1", findings=findings)


def judged(before: Report, after: Report, command: str = "lint", looked_at: frozenset[str] | None = None) -> Report:
    return against(after, parse_baseline(baseline_text("lint", before), PATH), command, looked_at)


def test_a_line_that_moves_is_known_and_another_message_is_new() -> None:
    found = judged(report(finding()), report(finding(line=9), finding("other")))
    assert [one.message for one in found.findings] == ["other"]
    assert [(one.finding.message, one.reason, one.by) for one in found.suppressed] == [("no", "known before", "baseline known.json")]


def test_as_many_as_there_were() -> None:
    found = judged(report(finding(line=1)), report(finding(line=1), finding(line=5)))
    assert len(found.findings) == 1
    assert len(found.suppressed) == 1


def test_what_is_gone_is_named_with_its_line() -> None:
    before = report(finding("a"), finding("b"))
    (stale,) = judged(before, report(finding("a"))).findings
    assert (stale.rule, stale.severity, stale.location.path, stale.location.line) == ("baseline-stale", Severity.NOTE, PATH, 3)
    assert stale.message == "this is no longer found: some-rule on Pod shop/web: b"
    assert judged(before, report(finding("a")), "check").findings == ()
    assert judged(before, report(finding("a")), looked_at=frozenset()).findings == ()


def test_what_was_skipped_is_not_noted_down_and_what_was_not_checked_is() -> None:
    written = baseline_text("lint", report(finding(outcome=Outcome.SKIPPED), finding("x", outcome=Outcome.NOT_CHECKED)))
    assert [entry["message"] for entry in json.loads(written)["findings"]] == ["x"]
    assert json.loads(baseline_text("lint", report())) == {"schema": "gitops-check/baseline/v1", "command": "lint", "findings": []}


def test_the_digest_of_a_secret_does_not_count() -> None:
    one, other = (finding(f"password is digest:{char * 16}") for char in "ab")
    assert key_of(one) == key_of(other)
    assert "aaaa" not in baseline_text("lint", report(one))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "other"}'])
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"known.json:1: this is no baseline"):
        parse_baseline(text, PATH)


BAD = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  ports: [{port: eighty}]\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def test_from_the_command_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(BAD)
    assert run("lint", "a.yaml")[0] == 1
    code, out, _ = run("lint", "a.yaml", "--write-baseline", "known.json")
    assert (code, out.partition(" written")[0]) == (0, "1 finding")
    assert run("lint", "a.yaml", "--baseline", "known.json")[0] == 0
    (tmp_path / ".gitops-check.yaml").write_text("version: 1\nbaseline: known.json\n")
    code, out, _ = run("lint")
    assert code == 0
    assert "1 suppressed" in out
    assert "known.json" not in out
    (tmp_path / "a.yaml").write_text(f"# moved\n{BAD}".replace("kind:", "kind:  ") + "  type: Odd\n")
    code, out, _ = run("lint")
    assert code == 1
    assert "1 error" in out
    assert run("lint", "--baseline", "nowhere.json")[0] == 2
    (tmp_path / ".gitops-check.yaml").write_text("version: 1\nbaseline: nowhere.json\n")
    assert "--write-baseline nowhere.json writes it" in run("lint")[2]


def test_a_change_cannot_make_its_own_findings_known(run: Run, git_repo: GitRepo) -> None:
    folder = git_repo.root
    git_repo.commit(files={"apps/web/a.yaml": BAD.replace("eighty", "80"), ".gitops-check.yaml": "version: 1\nbaseline: known.json\n"})
    empty = baseline_text("check", report())
    git_repo.commit(files={"known.json": empty})
    git_repo.commit(files={"apps/web/a.yaml": BAD})
    assert run("check", "-C", str(folder), "--base", "HEAD~1", "--write-baseline", str(folder / "known.json"))[0] == 0
    git_repo.commit(files={"known.json": (folder / "known.json").read_text()})
    assert run("check", "-C", str(folder), "--base", "HEAD~2")[0] == 1
    git_repo.commit(files={"README.md": "x"})
    assert run("check", "-C", str(folder), "--base", "HEAD~1")[0] == 0
