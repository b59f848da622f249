"""What this program consists of right now: its own files, what is installed beside it, the programs it would start.

Two installations with the same text render and judge alike. The files are read, not dated: a copy in a CI job and a
checkout that somebody edits are told apart by content alone.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from checker.tools.process import find_program

PROGRAMS = ("helm", "kubectl", "kustomize", "opa")


@cache
def installation() -> str:
    """A digest; computed once for a process."""
    digest = hashlib.blake2b(digest_size=24)
    for part in (repr(sys.version_info), sys.platform, *_packages(), *(_program(name) for name in PROGRAMS)):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\n")
    files = _files(str(Path(__file__).parents[1]))
    if not files:
        return os.urandom(24).hex()  # packed in an archive: nothing is known, and nothing is the same
    for path, data in files:
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0%d\0" % len(data) + data)
    return digest.hexdigest()


def _packages() -> list[str]:
    """Names with versions, as installers leave them: importing the packages to ask would cost more than most runs."""
    found: set[str] = set()
    for folder in sys.path:
        try:
            found.update(name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info")))  # noqa: PTH208
        except OSError:
            continue
    return sorted(found)


def _program(name: str) -> str:
    path = find_program(name)
    if path is None:
        return ""
    status = path.stat()
    return f"{path}\0{status.st_size}\0{status.st_mtime_ns}"


def _files(top: str) -> list[tuple[str, bytes]]:
    """Every file of the package in the order of paths, compiled ones aside."""
    found: list[tuple[str, bytes]] = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = f"{folder}{os.sep}{name}"
            with open(path, "rb") as file:  # noqa: PTH123 - hundreds of them
                found.append((path[len(top) :], file.read()))
    return sorted(found)
