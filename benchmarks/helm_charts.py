"""Render 200 charts with our engine and with `helm template` once each; print times, their ratios and peak memory.

usage: python benchmarks/helm_charts.py CHART... (folders of charts; taken in turn until there are 200; `helm` on PATH)

Three rows for us: one chart after the other, two threads that share Helm's process (one waits for it while the other reads
YAML), and the processor time of both processes. `helm template` runs in between, so that a busy machine hits all alike.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from checker.model.paths import ROOT
from checker.model.units import RenderFailure
from checker.render.helm import HelmRequest, render_chart
from checker.snapshot.directory import DirectoryTree

COUNT = 200
ROUNDS = 3


def ours(job: tuple[int, Path]) -> int:
    number, chart = job
    try:
        return len(render_chart(DirectoryTree(chart), ROOT, HelmRequest(release=f"r{number}", namespace="bench")))
    except RenderFailure as failure:
        print(f"{chart}: {failure.message}", file=sys.stderr)
        return 0


def theirs(job: tuple[int, Path]) -> None:
    number, chart = job
    subprocess.run(["helm", "template", f"r{number}", chart, "--namespace", "bench"], capture_output=True, check=False)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(folders: list[str]) -> int:
    jobs = [(number, Path(folders[number % len(folders)])) for number in range(COUNT)]
    objects = sum(map(ours, jobs))
    rows: dict[str, list[float]] = {"one after the other": [], "two threads": []}
    helm: list[float] = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            rows["one after the other"].append(seconds(lambda: list(map(ours, jobs))))
            helm.append(seconds(lambda: list(map(theirs, jobs))))
            rows["two threads"].append(seconds(lambda: list(pool.map(ours, jobs))))
    print(f"{COUNT} charts, {objects} objects; helm template {median(helm):.2f} s")
    for name, times in rows.items():
        print(f"{name}: {median(times):.2f} s, {median(one / two for one, two in zip(times, helm, strict=True)):.3f} of its wall time")
    children = os.times().children_user + os.times().children_system
    mine = (time.process_time() + _worker_seconds()) / (2 * ROUNDS + 1)
    print(f"processor: {mine:.2f} s, {mine / (children / ROUNDS):.3f} of helm template's")
    print(f"peak memory: ours {_peak(os.getpid())} MiB and Helm's process {_peak(_worker())} MiB; ", end="")
    print(f"one helm template {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")
    return 0


def _worker() -> int:
    """The process that holds Helm's library: the one child there is (Linux)."""
    return int(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()[0])


def _worker_seconds() -> float:
    fields = Path(f"/proc/{_worker()}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or sys.exit(__doc__)))
