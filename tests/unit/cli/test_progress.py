from __future__ import annotations

import io

import pytest

from checker.cli.arguments import Arguments
from checker.cli.progress import Onlooker, onlooker


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_short_run_shows_nothing() -> None:
    line, clock = io.StringIO(), Clock()
    looking = Onlooker(line, clock)
    looking.enter("reading")
    clock.now += 0.5
    looking.advance(1, 2, 0)
    looking.end()
    assert line.getvalue() == ""


def test_a_long_run_shows_units_and_what_is_known_and_leaves_no_trace() -> None:
    line, clock = io.StringIO(), Clock()
    looking = Onlooker(line, clock)
    looking.enter("rendering head")
    clock.now += 1
    looking.advance(3, 10, 2)
    assert line.getvalue().endswith("rendering head: 3 of 10 units, 2 known")
    before = line.getvalue()
    looking.advance(4, 10, 2)
    assert line.getvalue() == before, "ten lines a second are enough"
    looking.end()
    assert line.getvalue().endswith("\r\x1b[K")


def test_the_line_stays_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    line, clock = io.StringIO(), Clock()
    looking = Onlooker(line, clock)
    clock.now += 1
    looking.enter("rendering what no controller names")
    assert line.getvalue() == "\r\x1b[Krendering what no c"


def test_timings_add_up_and_count_each_unit_once() -> None:
    clock = Clock()
    looking = Onlooker(None, clock)
    looking.enter("reading")
    clock.now += 1
    looking.enter("rendering base")
    looking.advance(0, 3, 0)
    looking.advance(1, 3, 0)
    looking.advance(3, 3, 0)
    clock.now += 2
    looking.enter("rendering head")
    looking.advance(2, 3, 2)
    looking.advance(3, 3, 2)
    clock.now += 4
    looking.end()
    assert looking.table() == (
        "    1.00 s  reading\n    2.00 s  rendering base\n    4.00 s  rendering head\n"
        "    7.00 s  in all; 4 units rendered, 2 known already\n"
    )


@pytest.mark.parametrize(
    ("arguments", "terminal", "shown"),
    [
        (Arguments(environ={}), Terminal(), True),
        (Arguments(environ={}, quiet=True), Terminal(), False),
        (Arguments(environ={}, hook=True), Terminal(), False),
        (Arguments(environ={"CI": "true"}), Terminal(), False),
        (Arguments(environ={"TERM": "dumb"}), Terminal(), False),
        (Arguments(environ={}), io.StringIO(), False),
    ],
)
def test_only_a_person_at_a_terminal_sees_progress(
    arguments: Arguments, terminal: io.StringIO, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("checker.cli.progress.PATIENCE", 0.0)
    with onlooker(arguments):
        pass
    assert bool(terminal.getvalue()) is shown


def test_timings_are_told_even_when_the_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    with pytest.raises(ZeroDivisionError), onlooker(Arguments(environ={}, timings=True)):
        raise ZeroDivisionError
    assert "opening the repository" in said.getvalue()
