"""`gitops-check lint` beside kubeconform: `python benchmarks/lint_kubeconform.py [--files N] [--runs N] [--git]`.

Needs `kubeconform` on PATH. Both read the same manifests and the same local schemas of Kubernetes 1.33, strictly; ours also
checks names, labels, pods and services, and no policies. With `--git` the manifests lie in a repository. Whole processes, in
turn, by the operating system's accounting; the ratio is that of medians.
Python's compiled modules are kept, as an installed package has them, whatever PYTHONDONTWRITEBYTECODE says here, and ours
starts by a script such as uv and pip from 24 on write: that of an older pip loads `re` first, some milliseconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lint_corpus import VERSION, write_manifests, write_schemas

_SCRIPT = f"#!{sys.executable}\nimport sys\nfrom checker.__main__ import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
_SETTINGS = f'version: 1\nkubernetes: ["{VERSION}"]\npolicies: []\n'


def run(command: list[str], folder: Path) -> tuple[float, float, float]:
    """CPU and wall seconds, peak memory in MiB."""
    started = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{command[0]} failed; run it by hand: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss / 1024


def commit_all(folder: Path) -> None:
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "manifests")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--git", action="store_true")
    arguments = parser.parse_args()
    if shutil.which("kubeconform") is None:
        raise SystemExit("kubeconform is not on PATH")
    with tempfile.TemporaryDirectory() as work:
        manifests, settings = Path(work, "manifests"), Path(work, "settings.yaml")
        write_manifests(manifests, arguments.files)
        settings.write_text(_SETTINGS)
        if arguments.git:
            commit_all(manifests)
        template = write_schemas(Path(work, "schemas"))
        theirs = ["kubeconform", "-strict", "-kubernetes-version", f"{VERSION}.0", "-schema-location", template, "."]
        script = Path(work, "gitops-check")
        script.write_text(_SCRIPT)
        script.chmod(0o755)
        ours = [str(script), "lint", "--settings", str(settings)]
        figures: dict[str, list[tuple[float, float, float]]] = {"gitops-check": [], "kubeconform": []}
        for number in range(arguments.runs + 1):
            for name, command in (("gitops-check", ours), ("kubeconform", theirs)):
                figure = run(command, manifests)
                if number:  # the first of each warms caches
                    figures[name].append(figure)
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in figures.items()}
    print(f"{arguments.files} files, {arguments.files * 5} objects, medians of {arguments.runs} runs")
    print(f"{'':14}{'CPU s':>10}{'wall s':>10}{'peak MiB':>10}")
    for name, row in medians.items():
        print(f"{name:14}" + "".join(f"{value:10.2f}" for value in row))
    print(f"{'ratio':14}" + "".join(f"{mine / other:10.2f}" for mine, other in zip(*medians.values(), strict=True)))


if __name__ == "__main__":
    main()
