"""Render 200 charts with our engine and with `helm template` once each; print times, their ratios and peak memory.

usage: python benchmarks/helm_charts.py FOLDER...   (with `helm` on PATH)

The charts are all below the folders, in the order of their paths, that `helm template` renders to an object with their own
values, and that are no chart of another; taken in turn until there are 200, each time as another release. Rows for us: one
chart after the other, which keeps one core busy (Helm's process waits while ours reads YAML and the other way round), and two
processes, as a run of more than a few units has them. The row of Helm's engine is the floor that no reading and no second render
comes below: Helm's Go library, given the archive in memory, loads and renders it. `helm template` runs in between, so that a busy
machine hits all alike.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from checker.model.paths import ROOT
from checker.model.units import RenderFailure
from checker.render.helm import HelmRequest, render_chart
from checker.snapshot.directory import DirectoryTree
from checker.tools.helm import read_chart
from checker.tools.helm.archive import packed
from checker.tools.helm.library import ENVIRONMENT

COUNT = 200
ROUNDS = 3
Job = tuple[int, Path]


def ours(job: Job) -> int:
    number, chart = job
    try:
        return len(render_chart(DirectoryTree(chart), ROOT, HelmRequest(release=f"r{number}", namespace="bench")))
    except RenderFailure as failure:
        print(f"{chart}: {failure.message}", file=sys.stderr)
        return 0


def theirs(job: Job) -> None:
    number, chart = job
    subprocess.run(["helm", "template", f"r{number}", chart, "--namespace", "bench"], capture_output=True, check=False)


def engine_alone(job: Job) -> float:
    """Seconds; in a process of its own, since a Go runtime takes its settings when it is loaded."""
    import helm_python

    number, chart = job
    archive = _archive(chart)

    def work() -> None:
        with helm_python.Chart.load_archive(archive) as loaded:
            loaded.render({}, name=f"r{number}", namespace="bench")

    return seconds(work)


@cache
def _archive(chart: Path) -> bytes:
    return packed(read_chart(DirectoryTree(chart), ROOT))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def charts_below(folders: list[str]) -> list[Path]:
    found = sorted({file.parent for folder in folders for file in Path(folder).rglob("Chart.yaml")})
    own = [chart for chart in found if not any((above / "Chart.yaml").exists() for above in list(chart.parents)[1:3])]
    return [chart for chart in own if _has_objects(chart)]


def _has_objects(chart: Path) -> bool:
    done = subprocess.run(["helm", "template", "r", chart], capture_output=True, check=False)
    if b"\nkind:" not in done.stdout:
        print(f"{chart} is left out: {done.stderr.decode().strip()[:100] or 'it renders to nothing'}")
    return b"\nkind:" in done.stdout


def main(folders: list[str]) -> int:
    charts = charts_below(folders)
    jobs = [(number, charts[number % len(charts)]) for number in range(COUNT)]
    objects = sum(map(ours, jobs))
    rounds: dict[str, list[list[float]]] = {"one after the other": [], "two processes": [], "Helm's engine alone": [], "helm template": []}
    before = os.times()
    mine = 0.0
    with _engine_process() as engine, ProcessPoolExecutor(2) as pool:
        list(pool.map(ours, jobs[:20], chunksize=1))
        list(engine.map(engine_alone, jobs[: len(charts)]))
        for _ in range(ROUNDS):
            started = time.process_time() + _worker_seconds()
            rounds["one after the other"].append([seconds(partial(ours, job)) for job in jobs])
            mine += time.process_time() + _worker_seconds() - started
            rounds["two processes"].append([seconds(lambda: list(pool.map(ours, jobs, chunksize=2)))])
            rounds["Helm's engine alone"].append(list(engine.map(engine_alone, jobs)))
            rounds["helm template"].append([seconds(partial(theirs, job)) for job in jobs])
        after = os.times()
    theirs_all = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{COUNT} renders of {len(charts)} charts, {objects} objects")
    helm = rounds["helm template"]
    for name, times in rounds.items():
        print(_row(name, times, helm))
    print(f"processor: {mine / ROUNDS:.2f} s, {mine / theirs_all:.3f} of helm template's")
    print(f"peak memory: ours {_peak(os.getpid())} MiB and Helm's process {_peak(_worker())} MiB; ", end="")
    print(f"one helm template {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")
    return 0


def _row(name: str, times: list[list[float]], helm: list[list[float]]) -> str:
    """The sums of the rounds beside helm template's, and the median of the same for each render, where they were timed one by one."""
    share = median(sum(mine) / sum(theirs) for mine, theirs in zip(times, helm, strict=True))
    row = f"{name}: {median(map(sum, times)):.2f} s, {share:.3f} of helm template's wall time"
    if len(times[0]) == COUNT:
        shares = [one / other for mine, theirs in zip(times, helm, strict=True) for one, other in zip(mine, theirs, strict=True)]
        row += f"; the median of the renders' own shares is {median(shares):.3f}"
    return row


def _engine_process() -> ProcessPoolExecutor:
    """One with the settings of Go's runtime that our process for Helm has."""
    os.environ.update(ENVIRONMENT)
    engine = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    engine.submit(os.getpid).result()
    for name in ENVIRONMENT:
        del os.environ[name]
    return engine


def _worker() -> int:
    """The process that holds Helm's library: the first child there was (Linux)."""
    return int(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()[0])


def _worker_seconds() -> float:
    fields = Path(f"/proc/{_worker()}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or sys.exit(__doc__)))
