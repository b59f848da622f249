"""Git objects from one long-running `git cat-file`: an id or a revision comes in, bytes go out, remembered up to a limit.

Surprise: it may be copied to worker processes, by pickle or by fork; each process starts its own `git` when it first reads.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import weakref
from collections import OrderedDict
from typing import IO, TYPE_CHECKING, NamedTuple

from checker.model.paths import RepoPath
from checker.tools.git import Place
from checker.tools.process import ProcessFailed, start

if TYPE_CHECKING:
    from checker.tools.process import Process

_REMEMBERED = 96 * 1024 * 1024


class ObjectError(Exception):
    """An object cannot be read."""


class ObjectMissing(ObjectError):
    """The repository does not hold this object: it is broken, or a clone without all of its files."""


class ObjectTooLarge(ObjectError):
    """The object has more bytes than asked for."""

    def __init__(self, size: int) -> None:
        super().__init__(str(size))
        self.size = size


class Found(NamedTuple):
    """What a revision names: `kind` is `blob`, `commit`, `tag` or `tree`."""

    id: str
    kind: str
    data: bytes


class ObjectReader:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._known_bytes = 0
        self._process: Process | None = None
        self._owner = 0
        self._stop: weakref.finalize[..., ObjectReader] | None = None

    def __reduce__(self) -> tuple[type[ObjectReader], tuple[Place]]:
        return ObjectReader, (self._place,)

    def commit_id(self, revision: str) -> str | None:
        """The full id of the commit that a revision names, None when there is no such commit here."""
        found = self._find(f"{revision}^{{commit}}") if revision else None
        return found.id if found is not None else None

    def file_at(self, commit: str, path: RepoPath) -> bytes | None:
        """The content of one file of a commit, None where it has no such file; for when the rest of the tree is not needed."""
        found = self._find(f"{commit}:{path}")
        return found.data if found is not None and found.kind == "blob" else None

    def _find(self, revision: str) -> Found | None:
        """The object that a revision names now. None for what is no revision: one line, and no option."""
        if revision.startswith("-") or "\n" in revision or "\0" in revision:
            return None
        try:
            with self._lock:
                return self._fetch(revision, sys.maxsize)
        except ObjectMissing:
            return None

    def read(self, name: str, limit: int) -> bytes:
        """The blob's bytes. Raises ObjectMissing, and ObjectTooLarge above `limit` bytes."""
        with self._lock:
            data = self._known.get(name)
            if data is None:
                data = self._fetch(name, limit).data
                self._remember(name, data)
            else:
                self._known.move_to_end(name)
        if len(data) > limit:
            raise ObjectTooLarge(len(data))
        return data

    def close(self) -> None:
        """Stop the process; the next read starts another."""
        if self._stop is not None:
            self._stop()
        self._process = self._stop = None

    def _fetch(self, name: str, limit: int) -> Found:
        requests, answers = self._pipes()
        try:
            requests.write(name.encode("utf-8", "surrogateescape") + b"\n")
            requests.flush()
            header = answers.readline().split()
        except OSError:
            header = []
        if len(header) != 3 or not header[2].isdigit():
            # Else it is "<name> missing" or "<name> ambiguous"; none at all is a git that gave up, as in a partial clone.
            if not header:
                self.close()
            raise ObjectMissing(name)
        size = int(header[2])
        if size > limit:
            self.close()  # dearer to read to its end than to start again
            raise ObjectTooLarge(size)
        data = answers.read(size)
        answers.read(1)
        if len(data) != size:
            self.close()
            raise ObjectMissing(name)
        return Found(header[0].decode(), header[1].decode(), data)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            try:
                process = start(
                    ["git", "cat-file", "--batch"], cwd=self._place.root or self._place.git_dir, environment=self._place.environment
                )
            except OSError as error:
                raise ProcessFailed(f"git could not be started: {error.strerror}", "install git or put it on PATH") from error
            self._process, self._owner = process, os.getpid()
            self._stop = weakref.finalize(self, _end, process, self._owner)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _remember(self, name: str, data: bytes) -> None:
        self._known[name] = data
        self._known_bytes += len(data)
        while self._known_bytes > _REMEMBERED:
            self._known_bytes -= len(self._known.popitem(last=False)[1])


def _end(process: Process, owner: int) -> None:
    if owner != os.getpid():  # a fork holds a copy: the process is its parent's
        return
    process.terminate()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()
