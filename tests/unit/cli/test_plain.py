"""The two readers of a command line, of which one is argparse: whatever the quick one reads, it reads alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cli import flags
from checker.cli.arguments import COMMANDS, Arguments
from checker.cli.parser import options_of, parse_fully
from checker.cli.plain import read

READ_HERE = [name for name, command in COMMANDS.items() if command.options]
VALUES = ("", "-", ".", "web", "a=b", "text", "error", "never", "github", "root", "bash", "show", "list", "3", "0", "apps/v1/Deployment")
ODD = ("--", "-h", "-vq", "-Cdir", "-o=json", "--repo", "--strict=yes", "--no-such", "--no-hook", "-1", "-x y")


def quickly(name: str, words: Sequence[str]) -> Arguments | None:
    arguments = Arguments(command=name, command_function=COMMANDS[name].function)
    before = dict(vars(arguments))
    if read((*COMMANDS[name].options, flags.debug), words, arguments):
        return arguments
    assert vars(arguments) == before
    return None


def held(arguments: Any) -> dict[str, Any]:
    assert isinstance(arguments, Arguments), "argparse refuses what the quick reader took"
    return {name: value for name, value in vars(arguments).items() if name not in ("begun", "environ")}


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    name = draw(st.sampled_from(READ_HERE))
    options = [(option, action) for action in options_of(name) for option in action.option_strings]
    words: list[str] = draw(st.lists(st.sampled_from(VALUES), max_size=2))
    for option, action in draw(st.lists(st.sampled_from(options), max_size=4)):
        values = st.sampled_from(tuple(map(str, action.choices)) if action.choices else VALUES)
        form = draw(st.sampled_from(("next", "equals", "bare", "odd")))
        if form == "odd":
            words.append(draw(st.sampled_from(ODD)))
        elif form == "equals":
            words.append(f"{option}={draw(values)}")
        else:
            words += [option, draw(values)] if form == "next" and action.nargs != 0 else [option]
    return name, [*words, *draw(st.lists(st.sampled_from(VALUES), max_size=2))]


@given(lines())
def test_what_is_read_quickly_is_what_argparse_reads(line: tuple[str, list[str]]) -> None:
    name, words = line
    found = quickly(name, words)
    if found is not None:
        assert held(found) == held(parse_fully([name, *words]))


@pytest.mark.parametrize(
    "line",
    [
        "lint",
        "lint a.yaml b.yaml",
        "lint --staged --hook a.yaml",
        "lint -C deep --settings ../settings.yaml -o text -o json=report.json -",
        "lint --no-strict --strict --kubernetes 1.33 --kubernetes=1.34 -q",
        "check --base main --worktree --label one --label two -j 4 --fail-on never",
        "gate --hook --from-hook",
        "explain image-tag-mutable",
        "build overlays/production --load-restrictor LoadRestrictionsNone -o out.yaml",
        "schemas show apps/v1/Deployment",
    ],
)
def test_plain_lines_do_without_argparse(line: str) -> None:
    name, *words = line.split()
    found = quickly(name, words)
    assert found is not None
    assert held(found) == held(parse_fully([name, *words]))


@pytest.mark.parametrize(
    "line",
    [
        "lint --stag",
        "lint -qv",
        "lint -q -v",
        "lint -Cdeep",
        "lint a --hook b",
        "lint -o",
        "lint --hook=yes",
        "lint -- -a",
        "lint -h",
        "check --head a --staged",
        "check -j 0",
        "check --fail-on nothing",
        "schemas",
        "schemas paint",
        "explain one two",
        "comment --status report.md",
    ],
)
def test_other_lines_are_left_to_argparse(line: str) -> None:
    name, *words = line.split()
    assert quickly(name, words) is None


def test_a_plain_line_does_not_load_argparse() -> None:
    script = "import sys; from checker.cli.arguments import parse; parse(['lint', '-C', '.', 'a.yaml']); print('argparse' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
