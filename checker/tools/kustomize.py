"""The real kustomize, as a second opinion: `kustomize build` or `kubectl kustomize` on PATH, else the Go library in pykustomize.

It reads from disk and could fetch remote bases, so proxies that lead nowhere stand in its way; plugins stay off.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from checker.model.findings import CheckerError
from checker.tools.process import find_program, run, scrubbed_environment

RESTRICTORS = {"root": "LoadRestrictionsRootOnly", "none": "LoadRestrictionsNone"}
_NOWHERE = "http://127.0.0.1:9"
_OFFLINE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), _NOWHERE),
    "NO_PROXY": "",
    "no_proxy": "",
    "GIT_ALLOW_PROTOCOL": "file",
    "GIT_TERMINAL_PROMPT": "0",
}


def kustomize_build(folder: Path, load_restrictor: str, *, enable_helm: bool = False, timeout: float = 60) -> bytes:
    """What it prints for a folder on disk. Raises CheckerError with its own words where it refuses, or where there is none."""
    name, words = _command()
    done = run(
        [*words, "--load-restrictor", RESTRICTORS[load_restrictor], *(["--enable-helm"] if enable_helm else []), folder],
        environment=scrubbed_environment(_OFFLINE),
        timeout=timeout,
        check=False,
    )
    if done.returncode != 0:
        raise CheckerError(f"{name} refuses: {done.stderr.strip()[-600:] or f'it ended with status {done.returncode}'}")
    return done.stdout


def _command() -> tuple[str, list[str | Path]]:
    """What it is called, and the words that start it."""
    if find_program("kustomize") is not None:
        return "kustomize build", ["kustomize", "build"]
    if find_program("kubectl") is not None:
        return "kubectl kustomize", ["kubectl", "kustomize"]
    if find_spec("pykustomize") is not None:
        return "pykustomize", [sys.executable, Path(__file__).with_name("kustomize_library.py")]
    raise CheckerError(
        "neither kustomize nor kubectl is on PATH, and pykustomize is not installed",
        "install one of them, or build without --engine and --verify",
    )
