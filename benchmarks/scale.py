"""`gitops-check check` and `diff` of one changed file in a repository of many Applications, cold and warm.

usage: python benchmarks/scale.py [--applications 1000,2000,4000] [--runs 3] [--jobs N] [--keep FOLDER]

Whole processes with all that they start: wall and CPU seconds by the operating system's accounting, and the highest sum of
the memory that they share nothing of. Cold is an empty cache; warm is the one that the *base* alone has filled, so that the
changed file was never seen. Linux only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from scale_corpus import git, write_repository


class Figure(NamedTuple):
    wall: float
    cpu: float
    memory: float
    """MiB."""


def run(folder: Path, cache: Path, *words: str) -> Figure:
    command = [sys.executable, "-m", "checker", *words, "-C", str(folder)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(Path(__file__).parents[1])}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    memory = _Memory(process.pid)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    memory.stop()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed: {said.decode()}")
    return Figure(wall, usage.ru_utime + usage.ru_stime, memory.highest)


class _Memory:
    """Looks at a process and its descendants ten times a second."""

    def __init__(self, pid: int) -> None:
        self.highest = 0.0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.1):
            self.highest = max(self.highest, sum(_share(pid) for pid in _family(self._pid)) / 1024)


def _family(pid: int) -> list[int]:
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found.extend(_family(int(child)))
    except OSError:
        pass
    return found


def _share(pid: int) -> int:
    """KiB; pages that several processes share count in parts."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def measured(folder: Path, command: str, runs: int, more: tuple[str, ...]) -> dict[str, Figure]:
    """Medians of `runs` runs of each kind, in turn."""
    found: dict[str, list[Figure]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as work:
        filled = Path(work, "filled")
        git(folder, "switch", "--quiet", "main")
        run(folder, filled, command, "--base", "main", *more)
        git(folder, "switch", "--quiet", "change")
        for number in range(runs):
            found["cold"].append(run(folder, Path(work, f"cold-{number}"), command, "--base", "main", *more))
            used = Path(work, f"warm-{number}")
            if filled.exists():
                shutil.copytree(filled, used)
            found["warm"].append(run(folder, used, command, "--base", "main", *more))
    return {kind: Figure(*(statistics.median(column) for column in zip(*rows, strict=True))) for kind, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applications", default="1000", help="several are separated by commas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--commands", default="check,diff")
    parser.add_argument("--keep", type=Path, help="where the repositories are made, and found again")
    parser.add_argument("words", nargs="*", help="further options of gitops-check, after --")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        print(f"{'applications':>12} {'command':8}{'':6}{'wall s':>10}{'CPU s':>10}{'peak MiB':>10}")
        for count in map(int, arguments.applications.split(",")):
            folder = (arguments.keep or Path(work)) / f"shop-{count}"
            if not folder.exists():
                write_repository(folder, count)
            for command in arguments.commands.split(","):
                rows = measured(folder, command, arguments.runs, tuple(arguments.words))
                for kind, row in rows.items():
                    print(f"{count:12} {command:8}{kind:6}" + "".join(f"{value:10.2f}" for value in row))
                ratio = (mine / other for mine, other in zip(rows["warm"], rows["cold"], strict=True))
                print(f"{count:12} {command:8}{'ratio':6}" + "".join(f"{value:10.2f}" for value in ratio), flush=True)


if __name__ == "__main__":
    main()
