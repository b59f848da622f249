"""What the branch-to-environment rules need besides the comparison, fetched only for rules that are switched on: the clock,
history of the base branch, commits with signatures, CODEOWNERS. Everything that judges comes from the base revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checker.discover.environments import glob_matches
from checker.gate import Earlier, GateOptions, Generated, OtherBranch, find_owners
from checker.model.change import Commit, Revision
from checker.model.objects import text
from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.records import replace
from checker.model.report import Mode
from checker.model.settings import Settings
from checker.model.tree import Tree, TreeError
from checker.pipeline.expand import ExpandOptions, expand_one
from checker.snapshot import Snapshot
from checker.snapshot.targets import branch_tips, target_tip
from checker.tools.git import Place, is_ancestor
from checker.tools.git_commits import PastCommit, commits_between, past_commits

MAX_HISTORY = 100
"""Commits of the base branch that are rendered at most to find out what ran when."""


def gate_options(
    change: Snapshot, settings: Settings, guarded: frozenset[str], order: tuple[str, ...], options: ExpandOptions
) -> GateOptions:
    """The rules of the settings with the facts that they ask for."""
    chosen = {choice.rule: choice for choice in settings.rules if choice.mode is not Mode.OFF}
    base = change.facts.base.commit
    tip = _tip(change)
    owners, owners_format = find_owners(change.base, change.facts.pull_request.provider) if "owners" in chosen else (None, "github")
    return GateOptions(
        rules=settings.rules,
        guarded=guarded,
        order=order,
        now=datetime.now(UTC),
        history=_History(change, options, tip) if "promoted-from" in chosen else (),
        moved_on=tip != base,
        same_files=_History(change, options, tip, tuple(file.path for file in change.facts.files)) if "promoted-from" in chosen else (),
        branches=_branches(change, settings, options) if chosen.keys() & _ACROSS else {},
        generated=_generated(change, settings, guarded, options),
        commits=_commits(change, settings) if "signed-commits" in chosen else None,
        owners_file=owners,
        owners_format=owners_format,
        approvals=change.facts.pull_request.approved_by,
    )


def _tip(change: Snapshot) -> str:
    """Where the target branch stands now, if others merged into it since the base: a clone may know less of it than the base is."""
    base, target = change.facts.base.commit, change.facts.pull_request.target_branch
    tip = target_tip(change.repository, target) if target else None
    return tip if tip and base and is_ancestor(change.repository.place, base, tip) else base


def _generated(change: Snapshot, settings: Settings, guarded: frozenset[str], options: ExpandOptions) -> dict[str, tuple[Generated, ...]]:
    """By environment that the rule is on for; a general setting is for every guarded one that none names."""
    choices = [choice for choice in settings.rules if choice.rule == "generated-branch"]
    named = {choice.environment for choice in choices}
    wanted = [
        replace(choice, environment=place)
        for choice in choices
        if choice.mode is not Mode.OFF
        for place in ([choice.environment] if choice.environment else sorted(guarded - named))
    ]
    if not wanted:
        return {}
    from checker.pipeline.hydrated import generated

    return {choice.environment: generated(change, choice, settings.environments, options) for choice in wanted}


_ACROSS = {"promoted-from", "version-order", "mirror"}
"""Rules that look at another environment, which may be another branch."""


def _branches(change: Snapshot, settings: Settings, options: ExpandOptions) -> dict[str, tuple[OtherBranch, ...]]:
    """By environment that is not on the branch the change goes into: the branches that are it, where they stand now."""
    patterns = {setting.name: [match.branch for match in setting.match if match.branch] for setting in settings.environments}
    target = change.facts.pull_request.target_branch or ""
    elsewhere = {name: globs for name, globs in patterns.items() if globs and not any(glob_matches(glob, target) for glob in globs)}
    known = branch_tips(change.repository) if elsewhere else {}

    def past(branch: str) -> OtherBranch:
        there = replace(options, discover=replace(options.discover, branch=branch, revisions=(branch,)))
        return OtherBranch(name=branch, past=_History(change, there, known[branch]))

    return {
        name: tuple(past(branch) for branch in sorted(known) if any(glob_matches(glob, branch) for glob in globs))
        for name, globs in elsewhere.items()
    }


class _History:
    """A branch rendered commit by commit, newest first, as far as somebody iterates. `paths` leaves out commits that touch none."""

    def __init__(self, change: Snapshot, options: ExpandOptions, tip: str, paths: Sequence[RepoPath] = ()) -> None:
        self._change = change
        self._options = options
        self._tip = tip
        self._paths = paths
        self._commits: tuple[PastCommit, ...] | None = None
        self._seen: list[Earlier] = []

    def __iter__(self) -> Iterator[Earlier]:
        if self._commits is None:
            self._commits = past_commits(self._place, self._tip, self._paths, limit=MAX_HISTORY) if self._tip else ()
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


def _commits(change: Snapshot, settings: Settings) -> dict[tuple[str, str], tuple[Commit, ...]] | None:
    """By the files that say whose keys count. None where the head is no commit: what is staged has no signature yet."""
    head, base = change.facts.head.commit, change.facts.base.commit
    if not head or head == base:
        return None
    parameters = (choice.parameters for choice in settings.rules if choice.rule == "signed-commits")
    return {
        (signers, keys): commits_between(
            change.repository.place,
            base or None,
            head,
            allowed_signers=_read(change.base, signers),
            gpg_keys=_read(change.base, keys) or (b"nobody" if keys else b""),
        )
        for signers, keys in {(text(given.get("allowed-signers")), text(given.get("gpg-keys"))) for given in parameters}
    }


def _read(tree: Tree, written: str) -> bytes:
    """The file at base, empty where there is none: then nobody is vouched for."""
    try:
        return tree.read(repo_path(written)) if written else b""
    except (PathEscapes, TreeError):
        return b""
