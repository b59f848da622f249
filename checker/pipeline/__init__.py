"""The order of things, and nothing else knows it: revisions -> units -> renders -> checks, diff, rules -> one Report."""

from __future__ import annotations

from checker.model.findings import CheckerError, UsageError, merged
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.model.report import Report
from checker.pipeline.running import Running, digest_keys, opened_store, processors
from checker.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from checker.evaluate import Started
    from checker.model.settings import Settings
    from checker.model.units import BuiltUnit
    from checker.pipeline.expand import ExpandOptions, Side
    from checker.pipeline.movement import Movement
    from checker.pipeline.opening import SettingsFile, Surrounding, open_change, open_hook
    from checker.snapshot import Snapshot


DEFAULT_RUNNING = Running()


def __getattr__(name: str) -> object:
    """What opens a change is loaded when it is asked for: files as they stand need nothing of it."""
    if name in ("SettingsFile", "Surrounding", "open_change", "open_hook"):
        from checker.pipeline import opening

        return getattr(opening, name)
    raise AttributeError(name)


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


def check(
    change: Snapshot,
    settings: Settings,
    parts: Parts,
    *,
    notes: tuple[str, ...] = (),
    proposed: Settings | None = None,
    running: Running = DEFAULT_RUNNING,
) -> Report:
    """Everything that can be said about the change. `proposed` are the settings that it brings, which do not judge it: what they would
    say is told in the notes.
    """
    from contextlib import closing, nullcontext

    from checker.pipeline.policies import started_engine

    started = started_engine(settings, change.facts) if parts.findings else None
    with closing(started) if started is not None else nullcontext():
        return _checked(change, settings, parts, notes, proposed, running, started)


def _checked(
    change: Snapshot,
    settings: Settings,
    parts: Parts,
    notes: tuple[str, ...],
    proposed: Settings | None,
    running: Running,
    started: Started | None,
) -> Report:
    from checker.pipeline.baseline import against, read_baseline
    from checker.pipeline.hide import without_secrets
    from checker.pipeline.proposed import differences

    run = _rendered(change, settings, running)
    base, head, options = run.base, run.head, run.options
    notes = (*notes, *_nothing_compared(change))
    report = Report(tool_version=__version__, change=change.facts, units=_everything(base, head), notes=notes)
    running.watch.enter("comparing")
    report = _with_diff(report, run, parts)
    if parts.rules:
        report = replace(report, notes=(*report.notes, *_strangers(run)))
    if proposed is not None and report.rules is not None:
        other = _with_diff(report, _reclassified(run, proposed), parts)
        report = replace(report, notes=(*report.notes, *differences(report.rules, other.rules or ())))
    known = read_baseline(change.base, settings) if parts.findings else None
    report = _with_findings(report, run, started) if parts.findings else report
    options.close()
    running.watch.enter("hiding secrets")
    report = without_secrets(report, (*base.built, *head.built), (change.base, change.head), options.report_key or options.digest_key)
    return against(report, known, "check")


def _strangers(run: _Run) -> tuple[str, ...]:
    """Environments that rules name and that nothing is in: a slip of the pen would guard nothing, and say nothing."""
    named = {choice.environment for choice in run.settings.rules if choice.environment}
    known = {built.unit.environment for built in (*run.base.built, *run.head.built)} | {
        setting.name for setting in run.settings.environments
    }
    return tuple(f"rules are set for environment {name}, in which there is no unit" for name in sorted(named - known))


def explain_movement(change: Snapshot, settings: Settings, environment: str, running: Running = DEFAULT_RUNNING) -> Movement:
    """Why an environment moves, or does not. Raises UsageError for one that is on neither side."""
    from checker.model.diff import Comparison
    from checker.pipeline.movement import movement

    run = _rendered(change, settings, running)
    report = _with_diff(Report(tool_version=__version__, change=change.facts), run, Parts())
    comparison = Comparison(environments=report.environments or (), not_rendered=report.not_rendered)
    found = movement(environment, comparison, run.base, run.head, change.facts, report.rules or ())
    run.options.close()
    if found is None:
        names = [diff.environment for diff in comparison.environments if diff.environment]
        raise UsageError(f"there is no environment {environment!r}", f"there are {', '.join(names)}" if names else "there is none at all")
    return found


def _rendered(change: Snapshot, settings: Settings, running: Running) -> _Run:
    from checker.pipeline.expand import expand

    _refuse_unknown_target(change, settings)
    options = _expand_options(change, settings, running)
    base, head = expand(change.base, change.head, options)
    return _Run(change=change, settings=settings, options=options, base=base, head=head)


def _reclassified(run: _Run, settings: Settings) -> _Run:
    """The same renders in the environments of other settings."""
    from checker.discover import with_environments

    options = replace(run.options, discover=replace(run.options.discover, environments=settings.environments))

    def side(one: Side) -> Side:
        units = {unit.key: unit for unit in with_environments({built.unit.key: built.unit for built in one.built}, options.discover)}
        return replace(one, built=tuple(replace(built, unit=units[built.unit.key]) for built in one.built))

    return replace(run, settings=settings, options=options, base=side(run.base), head=side(run.head))


def _nothing_compared(change: Snapshot) -> tuple[str, ...]:
    """That nothing changes between a commit and itself is true and no answer."""
    base, head = change.facts.base, change.facts.head
    if not base.commit or base.commit != head.commit:
        return ()
    return (f"{head.name} and its base are the same commit, so there was nothing to compare: name what it is compared with by --base",)


def _refuse_unknown_target(change: Snapshot, settings: Settings) -> None:
    """Without it no unit would be in such an environment, and every rule that guards it would pass."""
    named = [environment.name for environment in settings.environments if any(match.branch for match in environment.match)]
    if named and change.facts.pull_request.target_branch is None:
        message = f"the branch that the change goes into is not known, and {named[0]} is an environment by its branch"
        raise CheckerError(message, "name it: --target-branch BRANCH, or GITOPS_CHECK_TARGET_BRANCH")


def list_units(change: Snapshot, settings: Settings, running: Running = DEFAULT_RUNNING) -> tuple[BuiltUnit, ...]:
    """The units at head with what they render to, without secret values, sorted by key."""
    from checker.pipeline.expand import expand_one
    from checker.pipeline.hide import units_without_secrets

    options = _expand_options(change, settings, running)
    built = expand_one(change.head, options).built
    options.close()
    return units_without_secrets(built, (change.head,), options.report_key or options.digest_key)


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

    run.options.watch.enter("judging")
    options = gate_options(run.change, run.settings, guarded, order, run.options)
    return replace(report, rules=judge(comparison, base, head, run.change.facts, options))


def _with_findings(report: Report, run: _Run, started: Started | None) -> Report:
    from checker.pipeline.checks import check_side
    from checker.pipeline.ledger import Ledger
    from checker.pipeline.policies import engines
    from checker.pipeline.suppress import lift

    options = run.options
    ledger = Ledger(options.store, str(run.change.repository.place.git_dir), run.head.tree) if options.store is not None else None
    facts = run.change.facts
    checked = check_side(
        run.base, run.head, run.change.base, run.settings, ledger=ledger, watch=options.watch, change=facts, started=started
    )
    if ledger is not None:
        ledger.close()
    lifted = lift(merged(checked.findings), run.change.head, run.settings.suppress, today())
    return replace(report, findings=merged(lifted.kept), suppressed=lifted.suppressed, counts=checked.counts, engines=engines(run.settings))


def _expand_options(change: Snapshot, settings: Settings, running: Running) -> ExpandOptions:
    from checker.discover import DiscoverOptions, Memo
    from checker.pipeline.expand import ExpandOptions
    from checker.pipeline.files import Files
    from checker.pipeline.index import Index
    from checker.render.options import RenderOptions
    from checker.snapshot import Revisions

    store = opened_store(running)
    repository = str(change.repository.place.git_dir)
    files = Files(store, repository) if store is not None else None
    digest_key, report_key = digest_keys(store)

    # mapped to its own root, a URL is another name of this repository: of what it was forked or mirrored from
    urls = (*change.repository.remote_urls(), *(url for url, path in settings.sources.items() if not path))
    target = change.facts.pull_request.target_branch
    revisions = tuple(name for name in (target, change.facts.base.name) if name)
    sources = {url: RepoPath(path) for url, path in settings.sources.items() if path}
    return ExpandOptions(
        discover=DiscoverOptions(
            environments=settings.environments,
            repository_urls=urls,
            revisions=revisions,
            sources=sources,
            branch=target,
            clusters=settings.clusters,
            memo=files.memo if files is not None else Memo(),
        ),
        render=RenderOptions(
            kubernetes=settings.versions[0],
            clusters=settings.clusters,
            generators=settings.generators,
            sources=sources,
            repository_urls=urls,
            revisions=revisions,
            allow_network=settings.allow_network,
            enable_helm=True,  # with what flags somebody builds an overlay is not known; a chart that is not here is said to be missing
            revision_tree=Revisions(change.repository),
            tags=change.repository.tags,
        ),
        exclude=settings.exclude,
        files=files,
        digest_key=digest_key,
        report_key=report_key,
        store=store,
        index=Index(store, repository) if store is not None else None,
        jobs=running.jobs or processors(),
        watch=running.watch,
    )


def today() -> date:
    """The day by which suppressions end, in UTC so that every runner agrees."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


__all__ = [
    "Parts",
    "Running",
    "SettingsFile",
    "Snapshot",
    "Surrounding",
    "check",
    "explain_movement",
    "list_units",
    "open_change",
    "open_hook",
]
