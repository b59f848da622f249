"""Which CI system a repository uses, and where each wants its file: a literal table over the files in `checker/_seats`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from checker._seats import seat
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.tree import EntryKind, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """`place` is the file that the system reads, `own` whether it can be ours alone; `signs` are files that tell it is in use."""

    name: str
    title: str
    file: str
    place: RepoPath
    own: bool
    signs: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return seat(self.file)


SEATS = (
    Seat(
        name="github",
        title="GitHub Actions",
        file="github.yaml",
        place=RepoPath(".github/workflows/gitops-check.yaml"),
        own=True,
        signs=(".github",),
        hosts=("github.com",),
    ),
    Seat(
        name="gitlab",
        title="GitLab CI",
        file="gitlab.yaml",
        place=RepoPath(".gitlab-ci.yml"),
        own=False,
        signs=(".gitlab-ci.yml", ".gitlab"),
        hosts=("gitlab.com", "gitlab"),
    ),
    Seat(name="jenkins", title="Jenkins", file="jenkins.groovy", place=RepoPath("Jenkinsfile"), own=False, signs=("Jenkinsfile",)),
    Seat(
        name="bitbucket",
        title="Bitbucket Pipelines",
        file="bitbucket.yaml",
        place=RepoPath("bitbucket-pipelines.yml"),
        own=False,
        signs=("bitbucket-pipelines.yml", ".bitbucket"),
        hosts=("bitbucket.org",),
    ),
    Seat(
        name="azure",
        title="Azure Pipelines",
        file="azure.yaml",
        place=RepoPath("azure-pipelines.yml"),
        own=False,
        signs=("azure-pipelines.yml", ".azure-pipelines"),
        hosts=("dev.azure.com", "ssh.dev.azure.com", "visualstudio.com"),
    ),
)
_FORKS = "GitHub Actions, with pull requests from forks"
FORKS = (
    Seat(
        name="github-forks",
        title=_FORKS,
        file="github-report.yaml",
        place=RepoPath(".github/workflows/gitops-check.yaml"),
        own=True,
        signs=(),
    ),
    Seat(
        name="github-forks",
        title=_FORKS,
        file="github-comment.yaml",
        place=RepoPath(".github/workflows/gitops-check-comment.yaml"),
        own=True,
        signs=(),
    ),
)
"""Two workflows, so that the one that may write never sees what the fork sent. Nothing tells whether a repository takes such
pull requests, so they are written only when asked for."""
HOOKS = Seat(
    name="pre-commit",
    title="pre-commit",
    file="pre-commit.yaml",
    place=RepoPath(".pre-commit-config.yaml"),
    own=False,
    signs=(".pre-commit-config.yaml",),
)


def find_seats(tree: Tree, urls: Sequence[str]) -> tuple[tuple[Seat, str], ...]:
    """The systems in use, each with why: files of theirs, else where the remote is."""
    by_file = [(seat, sign) for seat in SEATS for sign in seat.signs if tree.kind(RepoPath(sign)) is not None]
    found = {seat.name: (seat, f"{sign} is here") for seat, sign in reversed(by_file)}
    # a folder of GitHub or GitLab holds templates and owners too; a file that is a pipeline says more
    pipelines = {name: entry for name, entry in found.items() if tree.kind(entry[0].place) is EntryKind.FILE or name == "github"}
    if pipelines or found:
        return tuple((pipelines or found)[seat.name] for seat in SEATS if seat.name in (pipelines or found))
    hosts = [host for url in urls if (host := _host(url))]
    return tuple((seat, f"the remote is at {host}") for seat in SEATS for host in hosts if _is_at(host, seat.hosts))[:1]


def _is_at(host: str, known: Sequence[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") or host.startswith(f"{name}.") for name in known)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "" if "://" in url else (re.match(r"(?:[^@/]+@)?([^:/]+):", url) or ["", ""])[1]
    except ValueError:
        return ""
