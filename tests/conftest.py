"""Every test runs with a home of its own, without the developer's Git settings, and without what CI says of itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.gitrepo import git_home, git_repo
from tests.oracles import helm, helm_on_path, kubectl
from tests.registry import closed_registry, registry

__all__ = ["closed_registry", "git_home", "git_repo", "helm", "helm_on_path", "kubectl", "registry"]

settings.register_profile("untimed", deadline=None)
"""No example fails because the machine was busy: Hypothesis gives each 200 ms otherwise."""
settings.load_profile("untimed")

_LEFT_OUT = (
    "GIT_",
    "CI",
    "GITHUB_",
    "GITLAB_",
    "JENKINS_",
    "CHANGE_",
    "BITBUCKET_",
    "BUILD_",
    "SYSTEM_",
    "PRE_COMMIT",
    "TF_BUILD",
    "NO_COLOR",
    "RUST_",
)


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in tuple(os.environ):
        if name.startswith(_LEFT_OUT):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "140")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Tester")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "tester@example.com")
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-01-01T00:00:00Z")
    return home
