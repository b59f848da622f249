"""The order of things, and nothing else knows it: revisions -> units -> renders -> checks, diff, rules -> one Report."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from checker.model.findings import CheckerError, merged
from checker.model.paths import RepoPath
from checker.model.report import Report
from checker.model.settings import Settings
from checker.model.units import BuiltUnit
from checker.pipeline.opening import SettingsFile, Surrounding, open_change, open_hook
from checker.version import __version__

if TYPE_CHECKING:
    from checker.model.tree import Tree
    from checker.pipeline.expand import ExpandOptions, Side
    from checker.snapshot import Repository, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a command wants of the whole: findings on objects, the predicted diff, the branch-to-environment rules."""

    findings: bool = True
    diff: bool = True
    rules: bool = True


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
    from checker.pipeline.hide import without_secrets

    _refuse_unknown_target(change, settings)
    options = _expand_options(change, settings)
    base, head = expand(change.base, change.head, options)
    run = _Run(change=change, settings=settings, options=options, base=base, head=head)
    report = Report(tool_version=__version__, change=change.facts, units=_everything(base, head), notes=notes)
    report = _with_diff(report, run, parts)
    report = _with_findings(report, run) if parts.findings else report
    return without_secrets(report, (*base.built, *head.built), (change.base, change.head), options.digest_key)


def _refuse_unknown_target(change: Snapshot, settings: Settings) -> None:
    """Without it no unit would be in such an environment, and every rule that guards it would pass."""
    named = [environment.name for environment in settings.environments if any(match.branch for match in environment.match)]
    if named and change.facts.pull_request.target_branch is None:
        message = f"the branch that the change goes into is not known, and {named[0]} is an environment by its branch"
        raise CheckerError(message, "name it: --target-branch BRANCH, or GITOPS_CHECK_TARGET_BRANCH")


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
    from checker.discover import guarded_environments, promotion_order

    base, head = run.base.built, run.head.built
    names = sorted({built.unit.environment for built in (*base, *head)})
    guarded = guarded_environments(names, run.settings.environments)
    order = promotion_order(names, run.settings.environments)
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
    from checker.pipeline.policies import engines
    from checker.pipeline.suppress import lift

    checked = check_side(run.base, run.head, run.change.base, run.settings)
    lifted = lift(merged(checked.findings), run.change.head, run.settings.suppress, today())
    return replace(report, findings=merged(lifted.kept), suppressed=lifted.suppressed, counts=checked.counts, engines=engines(run.settings))


def _expand_options(change: Snapshot, settings: Settings) -> ExpandOptions:
    from checker.discover import DiscoverOptions
    from checker.pipeline.expand import ExpandOptions
    from checker.render.options import RenderOptions

    urls = change.repository.remote_urls()
    target = change.facts.pull_request.target_branch
    revisions = tuple(name for name in (target, change.facts.base.name) if name)
    sources = {url: RepoPath(path) for url, path in settings.sources.items()}
    return ExpandOptions(
        discover=DiscoverOptions(
            environments=settings.environments, repository_urls=urls, revisions=revisions, sources=settings.sources, branch=target
        ),
        render=RenderOptions(
            kubernetes=settings.kubernetes[0],
            clusters=settings.clusters,
            generators=settings.generators,
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
    return datetime.now(UTC).date()


__all__ = ["Parts", "SettingsFile", "Snapshot", "Surrounding", "check", "list_units", "open_change", "open_hook"]
