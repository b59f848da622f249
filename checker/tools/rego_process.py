"""The engine's process and the lines that go to and fro. Every wait has an end: a timer kills the process, and reading meets the end."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from checker.tools.process import scrubbed_environment, start
from checker.tools.rego_values import (
    DISTRIBUTION,
    INSTALL,
    VERSION,
    Answer,
    DeadEngineError,
    Limits,
    MissingEngineError,
    PolicyProblem,
    Request,
)

T = TypeVar("T")


class Connection:
    """The worker's pipes. Every wait has a limit, kept by a timer that kills the process: reading then meets the end."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: value for name, value in scrubbed_environment().items() if not name.startswith("RUST_")}
        script = Path(__file__).with_name("rego_worker.py")
        # -P: the current directory is the repository under judgement and must not provide modules.
        self._process = start([sys.executable, "-P", script, str(limits.megabytes)], environment=environment)
        self.dead = False
        self._expired = False
        hello = self._within(limits.seconds, self._read)
        if "missing" in hello:
            self.close()
            raise MissingEngineError("the Rego engine is not installed", INSTALL)
        if hello["version"] != VERSION:
            self.close()
            found = hello["version"] or "a package of the same import name"
            raise MissingEngineError(f"the Rego engine is {found}, not {DISTRIBUTION} {VERSION}", INSTALL)

    def ask(self, verb: str, request: object, seconds: float) -> dict[str, Any]:
        def exchange() -> dict[str, Any]:
            self._write(verb.encode() + b" " + json.dumps(request).encode() + b"\n")
            return self._read()

        answer = self._within(seconds, exchange)
        if "failed" in answer:
            raise DeadEngineError(f"failed: {answer['failed']}")
        return answer

    def evaluate(self, batch: Sequence[Request], seconds: float) -> tuple[list[Answer], str]:
        answers: list[Answer] = []

        def exchange() -> None:
            lines = [f"{request.group}\t{request.context}\t{request.input}\n" for request in batch]
            self._write(f"eval {len(batch)}\n{''.join(lines)}".encode())
            for _ in batch:
                answers.append(answered(self._line()))  # noqa: PERF401 - what came before the process died is kept

        try:
            self._within(seconds, exchange)
        except DeadEngineError as error:
            return answers, error.message
        return answers, ""

    def close(self) -> None:
        self.dead = True
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()

    def _within(self, seconds: float, action: Callable[[], T]) -> T:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            return action()
        except (OSError, EOFError, ValueError) as error:
            self.dead = True
            raise DeadEngineError(self._why(seconds)) from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._expired = True
        self._process.kill()

    def _why(self, seconds: float) -> str:
        if self._expired:
            return f"took longer than {seconds:g} s and was stopped"
        self._process.kill()
        self._process.wait()
        return "made the Rego engine crash (a function that calls itself, or too much memory)"

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._line())
        return found


def answered(line: bytes) -> Answer:
    """`=` and the values, or `!` and what went wrong."""
    found = json.loads(line[1:])
    if line[:1] == b"=":
        return Answer(values={int(index): value for index, value in found.items()})
    if "input" in found:
        return Answer(failure=found["input"]["message"])
    if "panic" in found:
        return Answer(errors={index: PolicyProblem(message=found["panic"]) for index in range(found["rules"])})
    return Answer(
        values={int(index): value for index, value in found["values"].items()},
        errors={int(index): problem_of(error) for index, error in found["errors"].items()},
    )


def problem_of(found: Mapping[str, Any]) -> PolicyProblem:
    return PolicyProblem(
        message=found["message"],
        path=found.get("path", ""),
        line=found.get("line"),
        column=found.get("column"),
        module=found.get("module", ""),
    )
