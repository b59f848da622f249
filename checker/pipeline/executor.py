"""Work on independent items, results in their order: in this process, or in several (and one day on a cluster).

A job is a callable that may be copied to another process, with what it needs inside it; it is copied once for each worker,
the items in chunks. Nothing is shared. A worker that dies takes one item with it, the one it died of: every other item of
its chunk is done again, and `lost` says what the result of that one is.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 16
_WAVES = 4


Item_contra = TypeVar("Item_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Executor(Protocol[Item_contra, Result_co]):
    def map(self, items: Sequence[Item_contra]) -> Iterator[Result_co]:
        """One result for each item, in order."""


class Serial(Generic[T, R]):
    def __init__(self, job: Callable[[T], R]) -> None:
        self._job = job

    def map(self, items: Sequence[T]) -> Iterator[R]:
        return map(self._job, items)


class Processes(Generic[T, R]):
    """`method` is how processes are started, chosen by the platform when empty."""

    def __init__(self, job: Callable[[T], R], lost: Callable[[T], R], workers: int, method: str = "") -> None:
        self._job = job
        self._lost = lost
        self._workers = workers
        self._method = method or _start_method()

    def map(self, items: Sequence[T]) -> Iterator[R]:
        size = max(1, min(_CHUNK, len(items) // (self._workers * _WAVES)))
        chunks = [items[start : start + size] for start in range(0, len(items), size)]
        while chunks:
            done = 0
            for results in self._until_death(chunks):
                yield from results
                done += 1
            if done < len(chunks):
                yield from self._alone(chunks[done])
                done += 1
            chunks = chunks[done:]

    def _until_death(self, chunks: Sequence[Sequence[T]]) -> Iterator[list[R]]:
        """The chunks' results, up to one whose worker or a neighbour of it died."""
        with self._pool(self._workers) as pool:
            futures: list[Future[list[R]]] = [pool.submit(_work, chunk) for chunk in chunks]
            try:
                for future in futures:
                    yield future.result()
            except BrokenProcessPool:
                return
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _alone(self, chunk: Sequence[T]) -> Iterator[R]:
        """One item at a time, so that it shows which one a worker dies of."""
        left = list(chunk)
        while left:
            with self._pool(1) as pool:
                try:
                    while left:
                        result: R = pool.submit(_work, left[:1]).result()[0]
                        left.pop(0)
                        yield result
                except BrokenProcessPool:
                    yield self._lost(left.pop(0))

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, get_context(self._method), _begin, (self._job,))


def _start_method() -> str:
    """A fork starts at once, and is safe only on Linux and while nothing else runs in this process."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


_JOB: list[Callable[[Any], Any]] = []
"""What this process works on, when it is a worker."""


def _begin(job: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends us
    _JOB[:] = [job]


def _work(chunk: Sequence[Any]) -> list[Any]:
    return [_JOB[0](item) for item in chunk]
