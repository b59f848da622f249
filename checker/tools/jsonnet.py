"""Jsonnet, by go-jsonnet in a worker process (extra `jsonnet`): the engine that Argo CD has built in.

A program may loop for ever or ask for all memory, and Go cannot be interrupted: the process is killed instead. It reads no
file: every import is asked for, one line to and fro, and answered by the caller.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from checker.model.findings import CheckerError
from checker.model.objects import JSONValue
from checker.tools.process import scrubbed_environment, start

SECONDS = 20.0
MEGABYTES = 2048
MAX_ANSWER = 64 << 20
INSTALL = "install gitops-check[jsonnet]"

Import: TypeAlias = Callable[[str, str], tuple[str, bytes]]
"""(folder of the importing file, name as written) -> the path that was found, and its content. Raises ImportRefused."""


class JsonnetMissing(CheckerError):
    """The engine is not installed."""


class JsonnetFailed(CheckerError):
    """The program fails. `path`, `line` and `column` are known for most errors."""

    def __init__(self, message: str, path: str = "", line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.path, self.line, self.column = path, line, column


class ImportRefused(Exception):
    """Why an import has no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """External variables and top-level arguments as text, and as code."""

    path: str
    text: str
    variables: Mapping[str, str] = field(default_factory=dict)
    variable_codes: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    argument_codes: Mapping[str, str] = field(default_factory=dict)


def evaluate(program: Program, load: Import) -> JSONValue:
    """The value of a program. Raises JsonnetFailed, JsonnetMissing."""
    request = {
        "path": program.path,
        "text": program.text,
        "ext_vars": dict(program.variables),
        "ext_codes": dict(program.variable_codes),
        "tla_vars": dict(program.arguments),
        "tla_codes": dict(program.argument_codes),
    }
    answer = _worker().ask(request, load)
    if "error" in answer:
        raise _failure(str(answer["error"]), program.path)
    value: JSONValue = json.loads(answer["value"])
    return value


_PLACE = re.compile(r"(?P<path>[^\s:][^:\n]*):\(?(?P<line>\d+):(?P<column>\d+)")


def _failure(message: str, path: str) -> JsonnetFailed:
    """The first line says what; the first place of the trace, or the place in front of it, says where."""
    first, _, trace = message.strip().partition("\n")
    told = first.removeprefix("RUNTIME ERROR: ").removeprefix("importer error: ")
    ahead = re.match(_PLACE.pattern + r"(?:\)?-\(?\d+(?::\d+)?\)?)?:?\s+(?P<told>.*)", told)
    place = ahead or _PLACE.search(trace)
    if place is None:
        return JsonnetFailed(told, path)
    return JsonnetFailed(ahead["told"] if ahead else told, place["path"].strip(), int(place["line"]), int(place["column"]))


class _Worker:
    def __init__(self) -> None:
        script = Path(__file__).with_name("jsonnet_worker.py")
        # -P: the current directory is the repository under judgement and must not provide modules.
        self._process = start([sys.executable, "-P", script, str(MEGABYTES)], environment=scrubbed_environment())
        self.pid = os.getpid()
        self._expired = False
        self._turn = threading.Lock()
        hello = self._within(self._read)
        if "missing" in hello:
            self.close()
            raise JsonnetMissing("Jsonnet is not evaluated without its engine", INSTALL)

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def ask(self, request: Mapping[str, Any], load: Import) -> dict[str, Any]:
        def exchange() -> dict[str, Any]:
            self._write(request)
            while True:
                answer = self._read()
                if "import" not in answer:
                    return answer
                folder, name = answer["import"]
                self._write(_imported(folder, name, load))

        with self._turn:
            return self._within(exchange)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def _within(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        timer = threading.Timer(SECONDS, self._expire)
        timer.daemon = True
        timer.start()
        try:
            return work()
        except (OSError, EOFError, ValueError) as error:
            self.close()
            why = f"took longer than {SECONDS:g} s" if self._expired else "ran out of memory, or printed too much"
            raise JsonnetFailed(f"the program {why} and was stopped") from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._expired = True
        self._process.kill()

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline(MAX_ANSWER)
        if not line.endswith(b"\n"):
            raise EOFError
        found: dict[str, Any] = json.loads(line)
        return found


def _imported(folder: str, name: str, load: Import) -> dict[str, str]:
    try:
        path, data = load(folder, name)
    except ImportRefused as refused:
        return {"refused": str(refused)}
    return {"path": path, "data": data.decode("latin-1")}


_started: list[_Worker] = []
_lock = threading.Lock()


def _worker() -> _Worker:
    """The worker of this very process: after a fork the parent's pipes are not ours."""
    with _lock:
        current = _started[0] if _started else None
        if current is None or current.pid != os.getpid() or current.is_dead:
            _started[:] = [_Worker()]
            if current is None or current.pid != os.getpid():
                atexit.register(_stop)
        return _started[0]


def _stop() -> None:
    if _started and _started[0].pid == os.getpid():
        _started.pop().close()
