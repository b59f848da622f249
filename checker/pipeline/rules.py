"""What the branch-to-environment rules need besides the comparison, fetched only for rules that are switched on: the clock,
history of the base branch, commits with signatures, CODEOWNERS. Everything that judges comes from the base revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checker.gate import Earlier, GateOptions, find_owners
from checker.model.change import Commit, Revision
from checker.model.objects import text
from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.report import Mode
from checker.model.settings import RuleChoice, Settings
from checker.model.tree import Tree, TreeError
from checker.pipeline.expand import ExpandOptions, expand_one
from checker.snapshot import Snapshot
from checker.tools.git import Place
from checker.tools.git_commits import PastCommit, commits_between, past_commits

MAX_HISTORY = 100
"""Commits of the base branch that are rendered at most to find out what ran when."""


def gate_options(
    change: Snapshot, settings: Settings, guarded: frozenset[str], order: tuple[str, ...], options: ExpandOptions
) -> GateOptions:
    """The rules of the settings with the facts that they ask for."""
    chosen = {choice.rule: choice for choice in settings.rules if choice.mode is not Mode.OFF}
    owners, owners_format = find_owners(change.base, change.facts.pull_request.provider) if "owners" in chosen else (None, "github")
    return GateOptions(
        rules=settings.rules,
        guarded=guarded,
        order=order,
        now=datetime.now(UTC),
        history=_History(change, options, ()) if "promoted-from" in chosen else (),
        same_files=_History(change, options, tuple(file.path for file in change.facts.files)) if "promoted-from" in chosen else (),
        commits=_commits(change, chosen["signed-commits"]) if "signed-commits" in chosen else None,
        owners_file=owners,
        owners_format=owners_format,
    )


class _History:
    """The base branch rendered commit by commit, newest first, as far as somebody iterates. `paths` leaves out commits that touch none."""

    def __init__(self, change: Snapshot, options: ExpandOptions, paths: Sequence[RepoPath]) -> None:
        self._change = change
        self._options = options
        self._paths = paths
        self._commits: tuple[PastCommit, ...] | None = None
        self._seen: list[Earlier] = []

    def __iter__(self) -> Iterator[Earlier]:
        base = self._change.facts.base.commit
        if self._commits is None:
            self._commits = past_commits(self._place, base, self._paths, limit=MAX_HISTORY) if base else ()
        for index, commit in enumerate(self._commits):
            if index == len(self._seen):
                self._seen.append(self._rendered(commit))
            yield self._seen[index]

    @property
    def _place(self) -> Place:
        return self._change.repository.place

    def _rendered(self, commit: PastCommit) -> Earlier:
        tree = self._change.repository.tree_at(Revision(name=commit.id[:7], commit=commit.id))
        return Earlier(commit=commit.id, time=commit.time, units=expand_one(tree, self._options).built)


def _commits(change: Snapshot, choice: RuleChoice) -> tuple[Commit, ...] | None:
    """None where the head is no commit: what is staged has no signature yet."""
    head, base = change.facts.head.commit, change.facts.base.commit
    if not head or head == base:
        return None
    signers = _read(change.base, text(choice.parameters.get("allowed-signers")))
    return commits_between(change.repository.place, base or None, head, allowed_signers=signers)


def _read(tree: Tree, written: str) -> bytes:
    """The file at base, empty where there is none: then nobody is vouched for."""
    try:
        return tree.read(repo_path(written)) if written else b""
    except (PathEscapes, TreeError):
        return b""
