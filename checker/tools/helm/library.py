"""Helm's Go library in a worker process, one per process of ours, started when the first chart is met.

The wheel `helm-python-sdk` comes with the extra `helm`. The worker keeps the archives it was given last: releases of one chart
mostly come together.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from checker.model.paths import RepoPath
from checker.tools.helm.archive import packed
from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles
from checker.tools.process import scrubbed_environment
from checker.tools.worker import OneWorker, Worker, WorkerDied

T = TypeVar("T")

MODULE = "helm_python"
VERSION = "4.2"
"""Of the Helm in the wheel that pyproject.toml names; the worker says exactly which."""
_SEPARATOR = re.compile(r"(?m)^---[ \t]*")
SECONDS = 60.0
# Templates make much that is soon garbage: collecting it less often saves a fifth of the time for 20 MiB.
ENVIRONMENT = {"KUBECONFIG": os.devnull, "GOGC": "400", "GOMEMLIMIT": "1GiB"}
MAX_ANSWER = 256 << 20
SLOTS = 64
KEPT = 512 << 10
"""Bytes of an archive up to which the worker need not be given it again."""


@cache
def is_installed() -> bool:
    return importlib.util.find_spec(MODULE) is not None


def template(chart: ChartFiles, call: HelmCall) -> Templated:
    """Raises HelmFailed, HelmMissing."""
    library = _LIBRARY.get()
    files, crds = library.render(chart, call)
    outputs = [TemplateOutput(source=crd["filename"], text=crd["data"], is_crd=True) for crd in crds]
    return Templated(outputs=(*outputs, *_manifests(files)), engine=f"Helm {library.version} (library)")


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
        self._charts: OrderedDict[int, Mapping[RepoPath, bytes]] = OrderedDict.fromkeys(range(SLOTS), {})

    def render(self, chart: ChartFiles, call: HelmCall) -> tuple[dict[str, str], list[dict[str, str]]]:
        """The text of each template, and the CRDs that stand beside them. Raises HelmFailed."""
        values = json.dumps(dict(call.values)).encode()
        options = {
            "name": call.release,
            "namespace": call.namespace,
            "revision": 1,
            "is_install": not call.is_upgrade,
            "is_upgrade": call.is_upgrade,
            "kube_version": call.kube_version,
            "api_versions": call.api_versions,
        }

        def exchange() -> tuple[dict[str, Any], bytes, bytes]:
            slot, archive = self._given(chart)
            request = {
                "slot": slot,
                "archive": None if archive is None else len(archive),
                "values": len(values),
                "options": options,
                "crds": call.include_crds,
            }
            self.write(json.dumps(request).encode() + b"\n", archive or b"", values)
            answer = self.answer()
            return answer, *((b"", b"") if "error" in answer else (self.line(MAX_ANSWER), self.line(MAX_ANSWER)))

        answer, files, crds = self._asked(exchange)
        if "error" in answer:
            raise HelmFailed(str(answer["error"]))
        return json.loads(files), json.loads(crds)

    def _given(self, chart: ChartFiles) -> tuple[int, bytes | None]:
        """Where the worker has the chart, and its archive if it must be given first: in place of the one not used for longest."""
        slot = next((slot for slot, files in self._charts.items() if files == chart.files), None)
        archive = None
        if slot is None:
            archive = packed(chart)
            slot = next(iter(self._charts))
            self._charts[slot] = chart.files if len(archive) <= KEPT else {}
        self._charts.move_to_end(slot)
        return slot, archive

    def _asked(self, exchange: Callable[[], T]) -> T:
        try:
            return self.within(SECONDS, exchange)
        except WorkerDied as died:
            raise HelmFailed(f"Helm did not finish the chart within {SECONDS:g} s, or ran out of memory") from died


_LIBRARY = OneWorker(_Library)
