"""20 policies on 10,000 objects beside conftest: `python benchmarks/policies.py [--objects N] [--runs N]`.

Needs `conftest` on PATH. Both read the same files and the same rules, one `deny_N` a policy; whole processes, in turn, by
the operating system's accounting; the ratio is that of medians. The policies are written here: the library's need a driver
that asks each only about its kinds, which conftest has not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

_RULE = """deny_{number} contains msg if {{
	input.kind == "Deployment"
	some container in input.spec.template.spec.containers
	not startswith(container.image, "registry.example.com/shop/")
	msg := sprintf("container %s: image %s is not from registry {number}", [container.name, container.image])
}}
"""
_OBJECT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{number}, namespace: shop, labels: {{app: app-{number}}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: app-{number}}}}}
  template:
    metadata: {{labels: {{app: app-{number}}}}}
    spec:
      containers:
        - name: main
          image: registry.example.com/{team}/app:1.{number}.0
          ports: [{{containerPort: 8080}}]
          resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}
"""


def write(folder: Path, objects: int) -> None:
    (folder / "policy").mkdir()
    rules = "\n".join(_RULE.format(number=number) for number in range(20))
    (folder / "policy" / "images.rego").write_text(f"package main\n\nimport rego.v1\n\n{rules}")
    (folder / "apps").mkdir()
    for start in range(0, objects, 100):
        teams = ("other", *["shop"] * 99)
        documents = "---\n".join(
            _OBJECT.format(number=start + index, team=team) for index, team in enumerate(teams) if start + index < objects
        )
        (folder / "apps" / f"{start}.yaml").write_text(documents)


class Run(NamedTuple):
    wall: float
    cpu: float
    failures: int


def run(command: list[str], folder: Path) -> Run:
    """Seconds, and how many failures were told of."""
    with tempfile.TemporaryFile() as told:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=told)
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        told.seek(0)
        failures = sum(len(file.get("failures", ())) for file in json.loads(told.read() or "[]"))
    return Run(wall, usage.ru_utime + usage.ru_stime, failures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    conftest = shutil.which("conftest")
    if conftest is None:
        raise SystemExit("conftest is not on PATH")
    commands = {
        "gitops-check": [sys.executable, "-m", "checker", "test", "apps", "--output", "json"],
        "conftest": [conftest, "test", "apps", "--output", "json"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, arguments.objects)
        times: dict[str, list[Run]] = {tool: [] for tool in commands}
        for _ in range(arguments.runs):
            for tool, command in commands.items():
                times[tool].append(run(command, folder))
    found = {tool: {run.failures for run in runs} for tool, runs in times.items()}
    if found["gitops-check"] != found["conftest"] or found["conftest"] == {0}:
        raise SystemExit(f"the two did not find the same number of failures: {found}")
    wall, cpu = ({tool: statistics.median(run[column] for run in runs) for tool, runs in times.items()} for column in (0, 1))
    for tool in commands:
        print(f"{tool:14s} {wall[tool]:8.2f} s wall {cpu[tool]:8.2f} s CPU")
    ratios = [spent["gitops-check"] / spent["conftest"] for spent in (wall, cpu)]
    print(f"ratio          {ratios[0]:8.2f}        {ratios[1]:8.2f}        (budget 0.2 wall)")


if __name__ == "__main__":
    main()
