"""What completes the command line comes from the table of commands; in a real bash it offers what fits. The other shells: tests/shells."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.arguments import COMMANDS
from checker.cli.parser import options_of

_ASK = """
source "$1"; shift
compopt() { echo "compopt $*"; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_gitops_check
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from contextlib import redirect_stdout

    path = tmp_path_factory.mktemp("bash") / "completion"
    with path.open("w", encoding="utf-8") as file, redirect_stdout(file):
        assert main(["completion", "bash"]) == 0
    return path


def asked(script: Path, *words: str) -> list[str]:
    done = subprocess.run(
        ["bash", "--norc", "-c", _ASK, "ask", str(script), "gitops-check", *words], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["comp"], ["completion"]),
        (["check", "--wor"], ["--worktree"]),
        (["check", "-o", "ju"], ["junit"]),
        (["check", "--fail-on", ""], ["error", "warning", "note", "never"]),
        (["check", "-C", ""], ["compopt -o dirnames"]),
        (["check", "--settings", ""], ["compopt -o default"]),
        (["check", "--base", ""], []),
        (["lint", "x"], ["compopt -o default"]),
        (["explain", "source-br"], ["source-branch"]),
        (["explain", "immutable"], ["immutable-field"]),
        (["completion", "f"], ["fish"]),
        (["check", "--nothing-like-it"], []),
    ],
)
def test_bash_offers_what_fits(words: list[str], expected: list[str], script: Path) -> None:
    assert asked(script, *words) == expected


def test_every_command_is_offered(script: Path) -> None:
    assert set(asked(script, "")) == {*COMMANDS, "--help", "--version"}


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_every_option_is_in_every_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    made = capsys.readouterr().out
    for name in COMMANDS:
        for option in (option for action in options_of(name) for option in action.option_strings if option.startswith("--")):
            assert (f"-l {option[2:]}" if shell == "fish" else option) in made
