"""The process that holds the Jsonnet engine: a program a line on standard input, its value or its error a line on standard output.

Run as a script, importing nothing of this package. go-jsonnet where it has a wheel, else the C++ engine of the same project
and version.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO


def main() -> int:
    # What the engine prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = _engine()
    if engine is None:
        _write(answers, {"missing": True})
        return 1
    _write(answers, {"version": engine.version})
    _limit_memory(int(sys.argv[1]))
    for line in sys.stdin:
        _write(answers, _answer(engine, json.loads(line), answers))
    return 0


def _engine() -> Any:
    try:
        import _gojsonnet
    except ImportError:
        try:
            import _jsonnet
        except ImportError:
            return None
        return _jsonnet
    return _gojsonnet


def _answer(engine: Any, request: dict[str, Any], answers: TextIO) -> dict[str, Any]:
    def load(folder: str, name: str) -> tuple[str, bytes]:
        _write(answers, {"import": [folder, name]})
        found = json.loads(sys.stdin.readline())
        if "refused" in found:
            raise RuntimeError(found["refused"])
        return found["path"], found["data"].encode("latin-1")

    path, text = request.pop("path"), request.pop("text")
    try:
        return {"value": engine.evaluate_snippet(path, text, import_callback=load, **request)}
    except RuntimeError as error:
        return {"error": str(error)}


def _write(stream: TextIO, answer: dict[str, Any]) -> None:
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def _limit_memory(megabytes: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # Windows has no such limits: only the clock guards there
        return


if __name__ == "__main__":
    raise SystemExit(main())
