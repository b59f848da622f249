"""The engine's process and the lines that go to and fro."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from checker.tools.process import scrubbed_environment
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
from checker.tools.worker import Worker, WorkerDied

T = TypeVar("T")


class Connection:
    """The engine in its worker. Raises DeadEngineError where the worker dies of a request."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: value for name, value in scrubbed_environment().items() if not name.startswith("RUST_")}
        self._worker = Worker("rego_worker.py", str(limits.megabytes), environment=environment)
        self._limits = limits
        self._is_greeted = False

    def _greet(self) -> None:
        """The first words of the worker, which starts while nobody waits for it. Raises MissingEngineError."""
        hello = self._within(self._limits.seconds, self._worker.answer)
        self._is_greeted = True
        if "missing" in hello:
            self.close()
            raise MissingEngineError("the Rego engine is not installed", INSTALL)
        if hello["version"] != VERSION:
            self.close()
            found = hello["version"] or "a package of the same import name"
            raise MissingEngineError(f"the Rego engine is {found}, not {DISTRIBUTION} {VERSION}", INSTALL)

    def ask(self, verb: str, request: object, seconds: float) -> dict[str, Any]:
        if not self._is_greeted:
            self._greet()

        def exchange() -> dict[str, Any]:
            self._worker.write(verb.encode() + b" " + json.dumps(request).encode() + b"\n")
            return self._worker.answer()

        answer = self._within(seconds, exchange)
        if "failed" in answer:
            raise DeadEngineError(f"failed: {answer['failed']}")
        return answer

    def evaluate(self, batch: Sequence[Request], seconds: float) -> tuple[list[Answer], str]:
        answers: list[Answer] = []

        def exchange() -> None:
            lines = [f"{request.group}\t{request.context}\t{request.input}\n" for request in batch]
            self._worker.write(f"eval {len(batch)}\n{''.join(lines)}".encode())
            for _ in batch:
                answers.append(answered(self._worker.line()))  # noqa: PERF401 - what came before the process died is kept

        try:
            self._within(seconds, exchange)
        except DeadEngineError as error:
            return answers, error.message
        return answers, ""

    def close(self) -> None:
        self._worker.close()

    def _within(self, seconds: float, exchange: Callable[[], T]) -> T:
        try:
            return self._worker.within(seconds, exchange)
        except WorkerDied as died:
            if died.expired:
                raise DeadEngineError(f"took longer than {seconds:g} s and was stopped") from died
            raise DeadEngineError("made the Rego engine crash (a function that calls itself, or too much memory)") from died


def answered(line: bytes) -> Answer:
    """`=` and the values, or `!` and what went wrong."""
    found = json.loads(line[1:])
    if line[:1] == b"=":
        return Answer(values={int(index): value for index, value in found.items()})
    if "input" in found:
        return Answer(failure=found["input"]["message"])
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
