from __future__ import annotations

from tests.gitrepo import git_home, git_repo

__all__ = ["git_home", "git_repo"]
