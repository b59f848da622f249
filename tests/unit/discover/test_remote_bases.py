from __future__ import annotations

import pytest

from checker.discover.remote_bases import find_floating_bases
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree


def lines(entry: str) -> list[int | None]:
    tree = MemoryTree({RepoPath("app/kustomization.yaml"): f"resources:\n  - local\n  - {entry}\n".encode()})
    return [finding.location.line for finding in find_floating_bases(tree, [RepoPath("app/kustomization.yaml")])]


@pytest.mark.parametrize(
    "entry",
    [
        "github.com/acme/base",
        "github.com/acme/base?ref=main",
        "https://github.com/acme/base.git//deploy?ref=release",
        "git@github.com:acme/base.git",
        "ssh://git@host/acme/base?timeout=90s",
    ],
)
def test_a_base_that_can_change_by_itself_is_found_at_its_line(entry: str) -> None:
    assert lines(entry) == [3]


@pytest.mark.parametrize(
    "entry",
    [
        "../base",
        "service.yaml",
        "github.com/acme/base?ref=v1.2.3",
        "github.com/acme/base?ref=4f1a5b1c",
        "github.com/acme/base//deploy?ref=chart-1.2.3",
        "https://github.com/acme/base/releases/download/v1.0.0/install.yaml",
    ],
)
def test_a_pinned_base_and_a_local_one_are_not(entry: str) -> None:
    assert lines(entry) == []
