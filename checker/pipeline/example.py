"""The bundled example as a real Git repository of its own, for the demonstration."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from checker.tools.bundled import bundled
from checker.tools.process import run, scrubbed_environment

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Shop",
    "GIT_AUTHOR_EMAIL": "shop@example.com",
    "GIT_COMMITTER_NAME": "Shop",
    "GIT_COMMITTER_EMAIL": "shop@example.com",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def example_repository(folder: Path) -> Callable[[str, str | None], None]:
    """Copy `examples/shop` to `folder` and start a repository there on branch main.

    Returns `record(message, branch)`: commit everything, on a new branch when one is named.
    """
    shutil.copytree(bundled("examples") / "shop", folder, dirs_exist_ok=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "remote", "add", "origin", "https://git.example.com/shop/deploy.git")

    def record(message: str, branch: str | None) -> None:
        if branch is not None:
            _git(folder, "checkout", "--quiet", "-b", branch)
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", message)

    return record


def _git(folder: Path, *arguments: str) -> None:
    run(["git", "-C", folder, *arguments], environment=scrubbed_environment(_IDENTITY))
