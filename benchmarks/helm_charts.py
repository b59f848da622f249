"""Render 200 charts with our engine and with `helm template` once each; print wall times, their ratio and peak memory.

usage: python benchmarks/helm_charts.py CHART... (folders of charts; taken in turn until there are 200; `helm` on PATH)
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from checker.model.paths import ROOT
from checker.model.units import RenderFailure
from checker.render.helm import HelmRequest, render_chart
from checker.snapshot.directory import DirectoryTree

COUNT = 200


def main(folders: list[str]) -> int:
    charts = [Path(folders[number % len(folders)]) for number in range(COUNT)]
    started = time.perf_counter()
    objects = 0
    for number, chart in enumerate(charts):
        try:
            objects += len(render_chart(DirectoryTree(chart), ROOT, HelmRequest(release=f"r{number}", namespace="bench")))
        except RenderFailure as failure:
            print(f"{chart}: {failure.message}", file=sys.stderr)
    ours = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    started = time.perf_counter()
    for number, chart in enumerate(charts):
        subprocess.run(["helm", "template", f"r{number}", chart, "--namespace", "bench"], capture_output=True, check=False)
    theirs = time.perf_counter() - started
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{COUNT} charts, {objects} objects: ours {ours:.2f} s, helm template {theirs:.2f} s, ratio {ours / theirs:.3f}")
    print(f"peak memory: ours {memory} MiB, largest child {worker} MiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or sys.exit(__doc__)))
