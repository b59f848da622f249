"""Who looks on while a long run works: told of every stage and of every unit, and never asked anything."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class Watcher(Protocol):
    def enter(self, stage: str) -> None:
        """A stage begins, and the one before it has ended. `stage` completes "now ...ing": `reading`, `rendering base`."""

    def advance(self, done: int, total: int, recalled: int) -> None:
        """So many of the stage's units are done; `recalled` of them were not rendered but known already."""


class Unwatched:
    """Nobody looks on."""

    def enter(self, stage: str) -> None:
        return

    def advance(self, done: int, total: int, recalled: int) -> None:
        return


UNWATCHED = Unwatched()
