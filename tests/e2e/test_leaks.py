"""No secret value leaves: not in any format, log, cache or error."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli import main
from checker.report import FORMATS
from tests.e2e import leaks
from tests.gitrepo import GitRepo


@pytest.fixture
def seeded(git_repo: GitRepo) -> GitRepo:
    leaks.SECRETS.clear()
    git_repo.commit(files=leaks.repository("old"))
    git_repo.git("remote", "add", "origin", "https://git.example.com/shop/deploy.git")
    git_repo.branch("feature/x")
    git_repo.commit(files=leaks.repository("new"))
    return git_repo


def leaked(text: str) -> list[str]:
    return sorted({value for value in leaks.SECRETS if value in text or leaks.encoded(value).rstrip("=") in text})


def test_the_repository_holds_enough_of_them(seeded: GitRepo) -> None:
    assert len(set(leaks.SECRETS)) >= 100  # fifty on each side


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--base", "main", "--verbose", "--show-noise"],
        ["diff", "--base", "main", "--show-noise", "--environment", "production"],
        ["gate", "--base", "main"],
        ["lint"],
    ],
    ids=lambda words: words[0],
)
def test_no_report_holds_a_secret(
    command: list[str], seeded: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str], clean_surroundings: Path
) -> None:
    outputs = [word for name in FORMATS for word in ("-o", f"{name}={tmp_path / name}")]
    code = main([command[0], "-C", str(seeded.root), *command[1:], *outputs])
    assert code in (0, 1)
    said = capsys.readouterr()
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in FORMATS} | {"out": said.out, "err": said.err}
    assert all(texts[name] for name in ("text", "json", "html", "sarif"))
    texts |= {str(path): path.read_text("utf-8", "replace") for path in clean_surroundings.rglob("*") if path.is_file()}
    assert {name: leaked(text) for name, text in texts.items() if leaked(text)} == {}


@pytest.mark.parametrize(
    "command",
    [
        ["units"],
        ["render", "--all"],
        ["gate", "--base", "main", "--explain", "production"],
        ["check", "--base", "main", "--timings", "--hook"],
        ["test", "apps", "-p", "policy"],
        ["kubeconform", "-verbose", "-summary", "apps"],
        ["explain", "secret-changed"],
        ["init", "--dry-run"],
    ],
    ids=lambda words: words[0],
)
def test_no_other_command_holds_one(
    command: list[str], seeded: GitRepo, capsys: pytest.CaptureFixture[str], clean_surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.write("policy/all.rego", 'package main\n\nimport rego.v1\n\ndeny contains sprintf("%v", [input.kind]) if input.kind\n')
    monkeypatch.chdir(seeded.root)
    main(command)
    said = capsys.readouterr()
    texts = {"out": said.out, "err": said.err}
    texts |= {str(path): path.read_text("utf-8", "replace") for path in clean_surroundings.rglob("*") if path.is_file()}
    assert {name: leaked(text) for name, text in texts.items() if leaked(text)} == {}
