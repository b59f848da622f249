"""Run a program: no shell, a time limit, a scrubbed environment, output as bytes. The only door to `subprocess`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from checker.model.findings import CheckerError
from checker.model.records import dataclass


@dataclass(frozen=True, slots=True)
class Completed:
    returncode: int
    stdout: bytes
    stderr: str


class ProcessFailed(CheckerError):
    """A program could not be started, ran out of time, or (with `check`) returned an unexpected status."""


def find_program(name: str) -> Path | None:
    """The program on PATH, or None."""
    import shutil  # with it come three compression libraries

    found = shutil.which(name)
    return Path(found) if found else None


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what Git sets inside hooks and what would redirect Git, and with messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _GIT_KEPT}
    return {**kept, "LC_ALL": "C.UTF-8", **(extra or {})}


_GIT_KEPT = frozenset({"GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    timeout: float = 120,
    check: bool = True,
) -> Completed:
    """Run to the end and return status and output. `timeout` in seconds. Raises ProcessFailed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - never a shell; callers pass literal programs
            words,
            cwd=cwd,
            input=stdin,
            env=dict(environment) if environment is not None else scrubbed_environment(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise ProcessFailed(f"{words[0]} is not installed", f"install {Path(words[0]).name} or put it on PATH") from error
    except subprocess.TimeoutExpired as error:
        raise ProcessFailed(f"{' '.join(words[:3])} took longer than {timeout:g} s and was stopped") from error
    except OSError as error:
        raise ProcessFailed(f"{words[0]} could not be started: {error.strerror}") from error
    completed = Completed(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
    if check and completed.returncode != 0:
        raise ProcessFailed(f"{' '.join(words[:4])} failed: {completed.stderr.strip()[-400:]}")
    return completed


Process: TypeAlias = subprocess.Popen[bytes]


def start(command: Sequence[str | Path], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> Process:
    """A long-running program spoken to over its standard input and output."""
    return subprocess.Popen(  # noqa: S603 - never a shell; callers pass literal programs
        [str(word) for word in command],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment) if environment is not None else scrubbed_environment(),
    )
