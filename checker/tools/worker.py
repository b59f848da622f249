"""A script of ours in a process of its own, for an engine that cannot be interrupted: spoken to over pipes, killed when it must be.

Every wait has a limit, kept by a thread that kills the process: reading then meets the end. The current directory is the
repository under judgement, so the interpreter is told not to take modules from there (`-P`).
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from checker.tools.process import scrubbed_environment, start

T = TypeVar("T")
W = TypeVar("W", bound="Worker")

_LOOK = 0.2
"""Seconds between two looks at the clock: by so much a limit may be overrun."""


class WorkerDied(Exception):
    """The process is gone: it took longer than it may (`expired`), or ended by itself (memory, a crash)."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__()
        self.expired = expired


class Worker:
    """`script` is a path from this folder; it answers a line with a line."""

    def __init__(self, script: str, *words: str, environment: Mapping[str, str] | None = None) -> None:
        path = Path(__file__).parent / script
        self._process = start([sys.executable, "-P", path, *words], environment=environment or scrubbed_environment())
        self.pid = os.getpid()
        self._deadline: float | None = None
        self._expired = False
        self._turn = threading.Lock()
        self._is_watched = False

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def within(self, seconds: float, exchange: Callable[[], T]) -> T:
        """The exchange's result. Raises WorkerDied, and whatever else the exchange raises."""
        with self._turn:
            if not self._is_watched:  # not before: a process with threads cannot fork others safely
                self._is_watched = True
                threading.Thread(target=self._watch, daemon=True).start()
            self._deadline = time.monotonic() + seconds
            try:
                return exchange()
            except (OSError, EOFError, ValueError) as error:
                self.close()
                raise WorkerDied(expired=self._expired) from error
            except BaseException:
                self.close()  # in the middle of an exchange: the next line would answer the wrong question
                raise
            finally:
                self._deadline = None

    def write(self, *parts: bytes) -> None:
        """Inside an exchange."""
        pipe = _open(self._process.stdin)
        for part in parts:
            pipe.write(part)
        pipe.flush()

    def line(self, most: int = -1) -> bytes:
        """Inside an exchange: the next line, of at most so many bytes."""
        line = _open(self._process.stdout).readline(most)
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def answer(self, most: int = -1) -> dict[str, Any]:
        """Inside an exchange: the next line as JSON."""
        found: dict[str, Any] = json.loads(self.line(most))
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                _open(pipe).close()
            except OSError:
                continue

    def _watch(self) -> None:
        """One thread for all exchanges: starting one for each would cost more than most of them."""
        while not self.is_dead:
            time.sleep(_LOOK)
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._expired = True
                self._process.kill()


class OneWorker(Generic[W]):
    """The worker of this very process: after a fork the parent's is not ours. Made when first asked for, and again when it has died."""

    def __init__(self, make: Callable[[], W]) -> None:
        self._make = make
        self._worker: W | None = None
        self._lock = threading.Lock()

    def get(self) -> W:
        with self._lock:
            current = self._worker
            if current is None or current.pid != os.getpid() or current.is_dead:
                if current is None or current.pid != os.getpid():
                    atexit.register(self._stop)
                current = self._worker = self._make()
            return current

    def _stop(self) -> None:
        if self._worker is not None and self._worker.pid == os.getpid():
            self._worker.close()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
