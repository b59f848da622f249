"""What a long run is doing, on one line of a terminal that is gone when it is done; and how long each stage took, if asked.

Nothing is shown where standard error is no terminal, in CI, with `--quiet` or in a hook, nor before a run has lasted a while.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from checker.cli.arguments import Arguments

PATIENCE = 0.7
"""Seconds before the first line: most runs are over by then."""
EVERY = 0.1
_GONE = "\r\x1b[K"


class Onlooker:
    """A Watcher. `line` is where progress is shown, None for nowhere."""

    def __init__(self, line: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._clock = clock
        self._begun = self._entered = clock()
        self._shown = self._begun + PATIENCE - EVERY
        self._is_visible = False
        self.stage = ""
        self.stages: list[tuple[str, float]] = []
        self.rendered = self.recalled = 0
        self._counted = (0, 0)

    def enter(self, stage: str) -> None:
        self._leave()
        self.stage = stage
        self._show(stage)

    def advance(self, done: int, total: int, recalled: int) -> None:
        self._counted = (done, recalled)
        if done == total:
            self._count()
        known = f", {recalled} known" if recalled else ""
        self._show(f"{self.stage}: {done} of {total} units{known}")

    def end(self) -> None:
        """The last stage is over; the line is gone."""
        self._leave()
        if self._is_visible and self._line is not None:
            self._line.write(_GONE)
            self._line.flush()

    def table(self) -> str:
        """Seconds of each stage in the order they began, and what was rendered."""
        rows = [f"{seconds:8.2f} s  {stage}\n" for stage, seconds in self.stages]
        total = sum(seconds for _, seconds in self.stages)
        return "".join([*rows, f"{total:8.2f} s  in all; {self.rendered} units rendered, {self.recalled} known already\n"])

    def _count(self) -> None:
        done, recalled = self._counted
        self.rendered += done - recalled
        self.recalled += recalled
        self._counted = (0, 0)

    def _leave(self) -> None:
        now = self._clock()
        if self.stage:
            self.stages.append((self.stage, now - self._entered))
        self._entered = now

    def _show(self, text: str) -> None:
        now = self._clock()
        if self._line is None or now - self._shown < EVERY:
            return
        self._shown = now
        self._is_visible = True
        import shutil

        self._line.write(f"{_GONE}{text[: shutil.get_terminal_size((80, 24)).columns - 1]}")
        self._line.flush()


@contextmanager
def onlooker(arguments: Arguments) -> Iterator[Onlooker]:
    """One for the length of a run: the line is gone before anything is reported, whatever happens."""
    looking = Onlooker(sys.stderr if _is_wanted(arguments) else None)
    looking.enter("opening the repository")
    try:
        yield looking
    finally:
        looking.end()
        if arguments.timings:
            sys.stderr.write(looking.table())


def _is_wanted(arguments: Arguments) -> bool:
    silent = arguments.quiet or arguments.hook or arguments.environ.get("CI") or arguments.environ.get("TERM") == "dumb"
    return not silent and sys.stderr is not None and sys.stderr.isatty()
