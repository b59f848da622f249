"""How a run goes about its work, as opposed to what it does: none of it changes a report."""

from __future__ import annotations

import os
import sys

from checker.model.records import dataclass
from checker.model.watch import UNWATCHED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.model.watch import Watcher
    from checker.tools.cache import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """`jobs` worker processes, 0 for as many as there are processors; `cache` whether this user's cache is used."""

    jobs: int = 1
    cache: bool = False
    watch: Watcher = UNWATCHED


def opened_store(running: Running) -> Store | None:
    """This user's store; None where it is not wanted or there is no place for it."""
    if not running.cache:
        return None
    from checker.tools.cache import cache_folder, open_store

    try:
        return open_store(cache_folder() / "kept")
    except OSError:
        return None


def digest_keys(store: Store | None) -> tuple[bytes, bytes]:
    """Under what key secret values are digested, and under what key those digests leave: empty where the first is of this run alone."""
    own = os.urandom(32)
    return (own, b"") if store is None else (store.secret("values"), own)


def processors() -> int:
    """How many this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
