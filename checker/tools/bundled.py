"""Folders that ship with the program and lie at the top of its repository: `policies/` and `examples/`."""

from __future__ import annotations

from pathlib import Path

from checker.model.findings import CheckerError


def bundled(name: str) -> Path:
    """The folder as installed in the wheel, else as it lies beside the package in a checkout (an editable install)."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / "_bundled" / name, package.parent / name):
        if place.is_dir():
            return place
    raise CheckerError(f"the bundled folder {name} is missing from this installation", "reinstall gitops-check")
