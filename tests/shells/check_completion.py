"""The completion of zsh and fish, in the real shells. Run by `.ci/run`, which installs them: `pytest tests/shells/check_completion.py`."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

from checker.cli import main

SECONDS = 20


@pytest.fixture
def script(tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Path:
    assert main(["completion", request.param]) == 0
    path = tmp_path / f"completion.{request.param}"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


@pytest.mark.parametrize("script", ["fish"], indirect=True)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("comp", "completion"),
        ("check --outp", "--output"),
        ("check -o sar", "sarif"),
        ("explain restarts-p", "restarts-pods"),
        ("completion z", "zsh"),
    ],
)
def test_fish(line: str, expected: str, script: Path) -> None:
    words = ["fish", "--no-config", "-c", f"source {script}; complete -C 'gitops-check {line}'"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=SECONDS)
    assert [row.partition("\t")[0] for row in done.stdout.splitlines()] == [expected]


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("comp", "completion"),
        ("check --outp", "--output"),
        ("check -o sar", "sarif"),
        ("explain restarts-p", "restarts-pods"),
        ("completion z", "zsh"),
    ],
)
def test_zsh(line: str, expected: str, script: Path) -> None:
    assert f"gitops-check {line.rpartition(' ')[0]} {expected}".replace("  ", " ") in _typed(script, f"gitops-check {line}\t")


def _typed(script: Path, keys: str) -> str:
    """What zsh shows after these keys are typed at its prompt."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", COLUMNS="200")
        os.execvp("zsh", ["zsh", "-f", "-i"])
    try:
        os.write(terminal, f"PS1='% '; autoload -U compinit; compinit -u -d {script}.dump; source {script}; print rea''dy\n".encode())
        _until(terminal, "ready")
        os.write(terminal, keys.encode())
        return _until(terminal, None)
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def _until(terminal: int, wanted: str | None) -> str:
    """Until the text is there; with None until nothing more comes."""
    seen = ""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 1.5 if wanted is None else 0.2)
        if ready:
            seen += os.read(terminal, 4096).decode(errors="replace")
        elif wanted is None:
            break
        if wanted is not None and wanted in seen:
            break
    return seen.replace("\r", "").replace("\x07", "")
