"""Helm's Go library in a worker process, one per process of ours, started when the first chart is met.

The wheel `helm-python-sdk` comes with the extra `helm`. It cannot be told a cluster's version: see `checker.tools.helm`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles, packed
from checker.tools.process import scrubbed_environment
from checker.tools.worker import OneWorker, Worker, WorkerDied

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
    library = _LIBRARY.get()
    answer = library.ask(
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
        outputs=(*crds, *_manifests(answer["files"])), again=tuple(_manifests(answer["again"])), engine=f"Helm {library.version} (library)"
    )


def _manifests(files: Mapping[str, str]) -> Iterator[TemplateOutput]:
    """Every template's text in the documents that Helm makes of it, each with one more line end (pkg/release/v1/util/manifest.go)."""
    for name in sorted(files):
        for piece in _SEPARATOR.split(files[name]):
            if piece.strip():
                yield TemplateOutput(source=name, text=f"{piece.lstrip()}\n")


class _Library(Worker):
    def __init__(self) -> None:
        super().__init__("helm/worker.py", environment={**scrubbed_environment(), **ENVIRONMENT})
        hello = self._asked(self.answer)
        if "missing" in hello:
            self.close()
            raise HelmMissing(f"Helm's library does not load: {hello['missing']}", "install gitops-check[helm] again, or put helm on PATH")
        self.version = str(hello.get("version", ""))

    def ask(self, request: dict[str, Any], archive: bytes, again: bytes) -> dict[str, Any]:
        line = json.dumps({**request, "size": len(archive), "again": len(again)}).encode() + b"\n"

        def exchange() -> dict[str, Any]:
            self.write(line, archive, again)
            return self.answer(MAX_ANSWER)

        return self._asked(exchange)

    def _asked(self, exchange: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return self.within(SECONDS, exchange)
        except WorkerDied as died:
            raise HelmFailed(f"Helm did not finish the chart within {SECONDS:g} s, or ran out of memory") from died


_LIBRARY = OneWorker(_Library)
