"""The project as others install it: a Git repository of its sources, and a wheel in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gitrepo import GitRepo, git_environment

ROOT = Path(__file__).parents[2]
SOURCES = ("checker", "policies", "examples", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml")


def run_program(*words: str | Path, cwd: Path, env: dict[str, str] | None = None, code: int | None = 0) -> str:
    """Standard output and error together; fails the test with them when the exit code is another."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert code is None or done.returncode == code, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Git repository with one commit of the project's sources as they stand."""
    folder = tmp_path_factory.mktemp("sources") / "gitops-check"
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    env = {**os.environ, **git_environment(tmp_path_factory.mktemp("git-home"))}
    for words in (["init", "-q", "-b", "main"], ["add", "--all"], ["commit", "-q", "--message", "sources"]):
        run_program("git", *words, cwd=folder, env=env)
    return folder


@pytest.fixture(scope="session")
def installed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment into which the built wheel was installed."""
    place = tmp_path_factory.mktemp("wheel")
    run_program(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, sources, cwd=place)
    run_program(sys.executable, "-m", "venv", place / "venv", cwd=place)
    programs = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run_program(programs / "python", "-m", "pip", "install", "--quiet", f"{next(place.glob('*.whl'))}[helm,rego]", cwd=place)
    return programs


@pytest.fixture(scope="session")
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the real pre-commit keeps the environment of our hooks: made once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def hooked(sources: Path, pre_commit_home: Path, git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """A repository that is not ours, with our three hooks installed by the real pre-commit."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(pre_commit_home))
    rev = run_program("git", "rev-parse", "HEAD", cwd=sources).strip()
    hooks = "".join(f"      - id: {name}\n" for name in ("gitops-lint", "gitops-check", "gitops-gate"))
    git_repo.write(".pre-commit-config.yaml", f"repos:\n  - repo: {sources}\n    rev: {rev}\n    hooks:\n{hooks}")
    git_repo.commit("Hooks")
    run_program(sys.executable, "-m", "pre_commit", "install", "-t", "pre-commit", "-t", "pre-push", cwd=git_repo.root)
    return git_repo
