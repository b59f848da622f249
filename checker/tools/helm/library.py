"""Helm's Go library in a worker process, one per process of ours, started when the first chart is met.

The wheel `helm-python-sdk` comes with the extra `helm`. It cannot be told a cluster's version: see `checker.tools.helm`.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles, packed
from checker.tools.process import scrubbed_environment, start

MODULE = "helm_python"
VERSION = "4.2"
"""Of the Helm in the wheel that pyproject.toml names; the worker says exactly which."""
_SEPARATOR = re.compile(r"(?m)^---[ \t]*")
SECONDS = 60.0
# Templates make much that is soon garbage: collecting it less often saves a fifth of the time for 20 MiB.
ENVIRONMENT = {"KUBECONFIG": os.devnull, "GOGC": "400", "GOMEMLIMIT": "1GiB"}
MAX_ANSWER = 256 << 20


@cache
def is_installed() -> bool:
    return importlib.util.find_spec(MODULE) is not None


def template(chart: ChartFiles, call: HelmCall) -> Templated:
    """Raises HelmFailed, HelmMissing."""
    worker = _worker()
    answer = worker.ask(
        {
            "release": call.release,
            "namespace": call.namespace,
            "values": dict(call.values),
            "crds": call.include_crds,
            "upgrade": call.is_upgrade,
            "pause": call.pause,
        },
        packed(chart),
        packed(chart.without_schemas()) if call.twice else b"",
    )
    if "error" in answer:
        raise HelmFailed(str(answer["error"]))
    crds = [TemplateOutput(source=crd["filename"], text=crd["data"], is_crd=True) for crd in answer["crds"]]
    return Templated(
        outputs=(*crds, *_manifests(answer["files"])), again=tuple(_manifests(answer["again"])), engine=f"Helm {worker.version} (library)"
    )


def _manifests(files: Mapping[str, str]) -> Iterator[TemplateOutput]:
    """Every template's text in the documents that Helm makes of it, each with one more line end (pkg/release/v1/util/manifest.go)."""
    for name in sorted(files):
        for piece in _SEPARATOR.split(files[name]):
            if piece.strip():
                yield TemplateOutput(source=name, text=f"{piece.lstrip()}\n")


class _Worker:
    """Every wait has a limit, kept by a thread that kills the process: reading then meets the end."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("worker.py")
        # -P: the current directory is the repository under judgement and must not provide modules.
        self._process = start([sys.executable, "-P", script], environment={**scrubbed_environment(), **ENVIRONMENT})
        self.pid = os.getpid()
        self.version = ""
        self._deadline: float | None = None
        self._turn = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()
        hello = self._within(self._read)
        if "missing" in hello:
            self.close()
            raise HelmMissing(f"Helm's library does not load: {hello['missing']}", "install gitops-check[helm] again, or put helm on PATH")
        self.version = str(hello.get("version", ""))

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def ask(self, request: dict[str, Any], archive: bytes, again: bytes) -> dict[str, Any]:
        line = json.dumps({**request, "size": len(archive), "again": len(again)}).encode() + b"\n"

        def exchange() -> dict[str, Any]:
            pipe = self._pipe(self._process.stdin)
            pipe.write(line)
            pipe.write(archive)
            pipe.write(again)
            pipe.flush()
            return self._read()

        with self._turn:
            return self._within(exchange)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def _read(self) -> dict[str, Any]:
        line = self._pipe(self._process.stdout).readline(MAX_ANSWER)
        if not line.endswith(b"\n"):
            raise HelmFailed("Helm stopped while rendering the chart: it ran out of time or memory, or printed too much")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _within(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self._deadline = time.monotonic() + SECONDS
        try:
            return work()
        except (BrokenPipeError, HelmFailed) as error:
            self.close()
            raise HelmFailed(f"Helm did not finish the chart within {SECONDS:g} s, or ran out of memory") from error
        finally:
            self._deadline = None

    def _watch(self) -> None:
        """One thread for all requests: starting one for each would cost more than most charts."""
        while self._process.poll() is None:
            time.sleep(0.5)
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._process.kill()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


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
