"""Jsonnet, by go-jsonnet in a worker process (extra `jsonnet`): the engine that Argo CD has built in.

A program may loop for ever or ask for all memory, and Go cannot be interrupted: the process is killed instead. It reads no
file: every import is asked for, one line to and fro, and answered by the caller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from checker.model.findings import CheckerError
from checker.model.objects import JSONValue
from checker.model.records import dataclass, field
from checker.tools.worker import OneWorker, Worker, WorkerDied

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
    answer = _ENGINE.get().ask(request, load)
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


class _Jsonnet(Worker):
    def __init__(self) -> None:
        super().__init__("jsonnet_worker.py", str(MEGABYTES))
        if "missing" in self._asked(self.answer):
            self.close()
            raise JsonnetMissing("Jsonnet is not evaluated without its engine", INSTALL)

    def ask(self, request: Mapping[str, Any], load: Import) -> dict[str, Any]:
        def exchange() -> dict[str, Any]:
            self._tell(request)
            while True:
                answer = self.answer(MAX_ANSWER)
                if "import" not in answer:
                    return answer
                folder, name = answer["import"]
                self._tell(_imported(folder, name, load))

        return self._asked(exchange)

    def _tell(self, message: Mapping[str, Any]) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def _asked(self, exchange: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return self.within(SECONDS, exchange)
        except WorkerDied as died:
            why = f"took longer than {SECONDS:g} s" if died.expired else "ran out of memory, or printed too much"
            raise JsonnetFailed(f"the program {why} and was stopped") from died


def _imported(folder: str, name: str, load: Import) -> dict[str, str]:
    try:
        path, data = load(folder, name)
    except ImportRefused as refused:
        return {"refused": str(refused)}
    return {"path": path, "data": data.decode("latin-1")}


_ENGINE = OneWorker(_Jsonnet)
