"""The order of things, and nothing else knows it: revisions -> units -> renders -> checks, diff, rules -> one Report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from checker.model.findings import merged
from checker.model.paths import RepoPath
from checker.model.report import Report
from checker.model.settings import Settings
from checker.version import __version__

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from checker.model.tree import Tree
    from checker.model.units import BuiltUnit
    from checker.pipeline.expand import ExpandOptions, Side
    from checker.snapshot import Repository, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a command wants of the whole: findings on objects, the predicted diff, the branch-to-environment rules."""

    findings: bool = True
    diff: bool = True
    rules: bool = True


def open_change(
    folder: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    worktree: bool = False,
    environ: Mapping[str, str],
) -> Snapshot:
    """Both sides of the change and the facts about it. Raises CheckerError with the command that helps."""
    from checker.snapshot import open_repository, resolve_change

    repository = open_repository(folder, environ)
    return resolve_change(repository, base=base, head=head, staged=staged, worktree=worktree, environ=environ)


def open_hook(folder: Path, environ: Mapping[str, str], push_lines: Iterable[str]) -> tuple[Snapshot, ...]:
    """What a commit or push hook is about: what is staged at commit, every pushed branch at push."""
    from checker.snapshot import open_repository, pushed, resolve_change
    from checker.snapshot.resolve import resolve_push

    repository = open_repository(folder, environ)
    pushes = pushed(repository, push_lines, environ)
    if pushes:
        return tuple(resolve_push(repository, push, environ) for push in pushes)
    if environ.get("PRE_COMMIT_REMOTE_NAME"):
        return ()
    return (resolve_change(repository, staged=True, environ=environ),)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One change under judgement, both sides rendered."""

    change: Snapshot
    settings: Settings
    options: ExpandOptions
    base: Side
    head: Side


def check(change: Snapshot, settings: Settings, parts: Parts, *, notes: tuple[str, ...] = ()) -> Report:
    """Everything that can be said about the change."""
    from checker.pipeline.expand import expand

    options = _expand_options(change, settings)
    base, head = expand(change.base, change.head, options)
    run = _Run(change=change, settings=settings, options=options, base=base, head=head)
    report = Report(tool_version=__version__, change=change.facts, units=_everything(base, head), notes=notes)
    report = _with_diff(report, run, parts)
    return _with_findings(report, run) if parts.findings else report


def list_units(change: Snapshot, settings: Settings) -> tuple[BuiltUnit, ...]:
    """The units at head with what they render to, sorted by key."""
    from checker.pipeline.expand import expand_one

    return expand_one(change.head, _expand_options(change, settings)).built


def _everything(base: Side, head: Side) -> tuple[BuiltUnit, ...]:
    """The units at head, and those only at base."""
    units = {built.unit.key: built for built in (*base.built, *head.built)}
    return tuple(units[key] for key in sorted(units))


def _with_diff(report: Report, run: _Run, parts: Parts) -> Report:
    from checker.compare import CompareOptions, compare
    from checker.discover import guarded_environments

    base, head = run.base.built, run.head.built
    names = sorted({built.unit.environment for built in (*base, *head)})
    guarded = guarded_environments(names, run.settings.environments)
    order = tuple(environment.name for environment in run.settings.environments)
    comparison = compare(base, head, run.change.facts, CompareOptions(guarded=guarded, order=order))
    report = replace(report, environments=comparison.environments if parts.diff else None, not_rendered=comparison.not_rendered)
    if not parts.rules:
        return report
    from checker.gate import judge
    from checker.pipeline.rules import gate_options

    options = gate_options(run.change, run.settings, guarded, order, run.options)
    return replace(report, rules=judge(comparison, base, head, run.change.facts, options))


def _with_findings(report: Report, run: _Run) -> Report:
    from checker.pipeline.checks import check_side
    from checker.pipeline.suppress import lift

    checked = check_side(run.base, run.head, run.change.base, run.settings)
    lifted = lift(merged(checked.findings), run.change.head, run.settings.suppress, today())
    return replace(report, findings=merged(lifted.kept), suppressed=lifted.suppressed, counts=checked.counts)


def _expand_options(change: Snapshot, settings: Settings) -> ExpandOptions:
    import secrets

    from checker.discover import DiscoverOptions
    from checker.pipeline.expand import ExpandOptions
    from checker.render.options import RenderOptions

    urls = change.repository.remote_urls()
    target = change.facts.pull_request.target_branch
    revisions = tuple(name for name in (target, change.facts.base.name) if name)
    sources = {url: RepoPath(path) for url, path in settings.sources.items()}
    return ExpandOptions(
        discover=DiscoverOptions(environments=settings.environments, repository_urls=urls, revisions=revisions, sources=settings.sources),
        render=RenderOptions(
            kubernetes=settings.kubernetes[0],
            sources=sources,
            repository_urls=urls,
            revisions=revisions,
            allow_network=settings.allow_network,
            revision_tree=lru_cache(maxsize=64)(partial(_tree_of, change.repository)),
        ),
        exclude=settings.exclude,
        digest_key=secrets.token_bytes(32),
    )


def _tree_of(repository: Repository, revision: str) -> Tree | None:
    """The files of a revision that an Application is pinned to; None where this clone does not hold it.

    A clone made for one branch knows the others as those of its remote.
    """
    known = next((name for name in (revision, f"refs/remotes/origin/{revision}") if repository.commit_id(name) is not None), None)
    return repository.commit_tree(known) if known is not None else None


def today() -> date:
    """The day by which suppressions end, in UTC so that every runner agrees."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


__all__ = ["Parts", "Snapshot", "check", "list_units", "open_change", "open_hook"]
