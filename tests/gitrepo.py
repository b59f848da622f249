"""Real Git repositories for tests: `GitRepo.create(tmp_path / "repo")`, or the fixture `git_repo`.

No test sees the developer's own Git settings: the fixture `git_home` gives every test that uses Git an empty home, and
drops the `GIT_*` variables that a surrounding hook would set. Commits have fixed people and dates, so their ids are stable.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

_SETTINGS = """\
[user]
	name = Ada Example
	email = ada@example.org
[init]
	defaultBranch = main
	templateDir =
[core]
	fsync = none
	autocrlf = false
	editor = true
[commit]
	gpgSign = false
[gc]
	auto = 0
[maintenance]
	auto = false
[protocol "file"]
	allow = always
[advice]
	detachedHead = false
"""
_FIRST_SECOND = 1_750_000_000


def git_environment(home: Path) -> dict[str, str]:
    """What a program needs in its environment so that Git reads no settings but those of `home`."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(_SETTINGS)
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def git_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for Git, in the environment of this process too."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name, value in git_environment(home).items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture
def git_repo(git_home: Path, tmp_path: Path) -> GitRepo:
    """A new repository on branch `main` without a commit."""
    return GitRepo.create(tmp_path / "repo")


class GitRepo:
    """A repository on disk. Paths are strings relative to its root, undecodable bytes as surrogate escapes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._commits = 0

    @classmethod
    def create(cls, root: Path, *options: str, files: Mapping[str, str | bytes] | None = None) -> GitRepo:
        """`git init` with these options; with `files`, a first commit of them."""
        root.mkdir(parents=True, exist_ok=True)
        repo = cls(root)
        repo.git("init", "--quiet", *options)
        if files is not None:
            repo.commit(files=files)
        return repo

    def git(self, *words: str | Path, check: bool = True, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """What git prints, without the line end. Raises with git's own message when `check`."""
        second = str(_FIRST_SECOND + 60 * self._commits)
        dates = {"GIT_AUTHOR_DATE": f"{second} +0000", "GIT_COMMITTER_DATE": f"{second} +0000"}
        done = subprocess.run(
            ["git", *map(str, words)],
            cwd=self.root,
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **dates, **(environment or {})},
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"git {' '.join(map(str, words))}: {done.stderr.decode(errors='replace')}{done.stdout.decode(errors='replace')}"
            )
        return os.fsdecode(done.stdout).rstrip("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def link(self, path: str, target: str) -> Path:
        """A symbolic link with exactly this text."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)
        return file

    def delete(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).unlink()

    def stage(self, files: Mapping[str, str | bytes] | None = None) -> None:
        """Write these files, then put everything that differs in the work tree into the index."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all", "--force")

    def commit(self, message: str = "change", *, files: Mapping[str, str | bytes] | None = None, delete: Iterable[str] = ()) -> str:
        """Write and delete these files and commit everything; gives the commit's id. An empty commit is fine."""
        self.delete(*delete)
        self.stage(files)
        self._commits += 1
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "HEAD") -> None:
        """A new branch, checked out."""
        self.git("switch", "--quiet", "--create", name, start)

    def switch(self, name: str) -> None:
        self.git("switch", "--quiet", name)

    def clone(self, target: Path, *options: str) -> GitRepo:
        """A clone over the file protocol, so that `--depth` and `--filter` count."""
        self.git("clone", "--quiet", *options, self.root.as_uri(), target)
        return GitRepo(target)

    def hook(self, name: str, script: str) -> None:
        """A shell script as this hook."""
        file = self.root / ".git" / "hooks" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
