"""The process that holds Helm's Go library. Standard input: a line of JSON, then the chart's archive, then the archive to render
a second time, if any; standard output: a line of JSON.

Run as a script, importing nothing of this package. A process of its own because a template may loop for ever and Go cannot
be interrupted, and because a Go runtime does not survive the fork of a process pool.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

MEMORY = 4 << 30


def main() -> int:
    # Whatever the library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_memory()
    try:
        import helm_python
    except ImportError as error:
        _write(answers, {"missing": str(error)})
        return 1
    _write(answers, {"version": helm_python.helm_sdk_version()})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        archive = sys.stdin.buffer.read(request["size"])
        again = sys.stdin.buffer.read(request["again"])
        try:
            answer = _answer(helm_python, request, archive, again)
        except helm_python.HelmError as error:
            answer = {"error": str(error)}
        except RecursionError:
            answer = {"error": "the values are nested too deeply"}
        _write(answers, answer)
    return 0


def _answer(helm: Any, request: dict[str, Any], archive: bytes, again: bytes) -> dict[str, Any]:
    files, crds = _rendered(helm, request, archive)
    if not again:
        return {"files": files, "again": {}, "crds": crds}
    time.sleep(request["pause"])
    second, _ = _rendered(helm, {**request, "crds": False}, again)
    return {"files": files, "again": {name: text for name, text in second.items() if files.get(name) != text}, "crds": crds}


def _rendered(helm: Any, request: dict[str, Any], archive: bytes) -> tuple[dict[str, str], list[Any]]:
    chart = helm.Chart.load_archive(archive)
    try:
        upgrade = bool(request["upgrade"])
        files = chart.render(
            request["values"],
            name=request["release"],
            namespace=request["namespace"],
            revision=1,
            is_install=not upgrade,
            is_upgrade=upgrade,
        )
        return files, chart.crds if request["crds"] else []
    finally:
        chart.close()


def _write(stream: Any, answer: dict[str, Any]) -> None:
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    raise SystemExit(main())
