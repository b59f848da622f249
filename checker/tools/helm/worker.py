"""The process that holds Helm's Go library. Standard input: a line of JSON, then the chart's archive unless it is known from before,
then the values; standard output: a line of JSON that says how it went, then one with the rendered files and one with the CRDs.

Run as a script, importing nothing of this package. A process of its own because a template may loop for ever and Go cannot
be interrupted, and because a Go runtime does not survive the fork of a process pool. JSON goes through as the text it is.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO

MEMORY = 4 << 30


def main() -> int:
    # Whatever the library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory()
    try:
        import helm_python
        from helm_python import _native
    except ImportError as error:
        _write(answers, json.dumps({"missing": str(error)}))
        return 1
    _write(answers, json.dumps({"version": helm_python.helm_sdk_version()}))
    archives: dict[int, bytes] = {}
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["archive"] is not None:
            archives[request["slot"]] = sys.stdin.buffer.read(request["archive"])
        values = sys.stdin.buffer.read(request["values"]).decode()
        try:
            # Loaded every time: rendering takes subcharts out of it and puts imported values in.
            with helm_python.Chart.load_archive(archives[request["slot"]]) as chart:
                # The wheel's own `render` cannot say the cluster's version, the library below it can.
                files = _native.call_string("helm_render", chart._raw(), values, json.dumps(request["options"]))
                crds = _native.call_string("helm_chart_crds", chart._raw()) if request["crds"] else "[]"
        except helm_python.HelmError as error:
            _write(answers, json.dumps({"error": str(error)}))
        else:
            _write(answers, "{}", files, crds)
    return 0


def _write(stream: IO[bytes], *lines: str) -> None:
    for line in lines:
        stream.write(line.encode() + b"\n")
    stream.flush()


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    raise SystemExit(main())
