"""Everything rendered at head -> findings: schemas, policies, what could not be rendered, what a render has to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from checker.discover.flux_findings import find_conflicts, find_unreleased
from checker.discover.layout import BrokenFile
from checker.discover.remote_bases import find_floating_bases
from checker.model.change import ChangeFacts
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, total
from checker.model.records import replace
from checker.model.settings import Settings, cluster_named
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, Failure, Reason, Rendered, UnitKey
from checker.model.watch import UNWATCHED, Watcher
from checker.pipeline.deployed import deployed_sets, scoped
from checker.pipeline.expand import Side
from checker.pipeline.known import KnownVerdicts
from checker.pipeline.ledger import Ledger
from checker.pipeline.locate import Locate, locator
from checker.pipeline.overlap import told_once
from checker.pipeline.policies import change_shown, evaluate_options, policy_sets
from checker.pipeline.schemas import schema_reader
from checker.pipeline.undeployed import find_undeployed
from checker.validate import ValidateOptions, validate_objects

if TYPE_CHECKING:
    from checker.evaluate import EvaluateOptions, Started

CRD_GROUP = "apiextensions.k8s.io"

_FAILED: Mapping[Reason, tuple[str, Severity]] = {
    Reason.BROKEN: ("could-not-render", Severity.ERROR),
    Reason.UNSUPPORTED: ("not-supported", Severity.WARNING),
    Reason.REMOTE: ("remote-source", Severity.NOTE),
}

_INFORMING = frozenset({"assumed-helm", "encrypted", "not-reproducible", "pinned-revision", "unknown-values", "unknown-variables"})
"""Notes that say how far a render can be trusted; the others say that something is wrong."""


def check_side(
    base: Side,
    head: Side,
    judge: Tree,
    settings: Settings,
    *,
    ledger: Ledger | None = None,
    watch: Watcher = UNWATCHED,
    change: ChangeFacts | None = None,
    started: Started | None = None,
) -> Checked:
    """Findings of the head side. Policies are read from `judge`, the tree that the change cannot edit."""
    locate = locator(head.tree)
    failures = tuple(finding for built in head.built for finding in _failures(built))
    conflicts = (*find_conflicts(head.built), *find_unreleased(base.built, head.built))
    floating = find_floating_bases(head.tree, head.layout.addressing)
    broken = tuple(_broken(file) for file in head.layout.broken)
    notes = tuple(finding for built in head.built for finding in _notes(built))
    undeployed = tuple(find_undeployed(change, head)) if change is not None else ()
    watch.enter("holding objects against schemas")
    validated = _validated(head, judge, settings, locate, ledger)
    watch.enter("holding objects against policies")
    options = evaluate_options(settings, locate, ledger, change_shown(change) if change is not None else {}, started)
    evaluated = _evaluated(base, head, judge, settings, options)
    counts = validated.counts + evaluated.counts + Counts(not_checked=len(failures) + len(broken))
    findings = (*failures, *broken, *floating, *conflicts, *notes, *undeployed, *validated.findings, *evaluated.findings)
    return Checked(findings=tuple(told_once(findings)), counts=counts)


def _failures(built: BuiltUnit) -> Iterable[Finding]:
    if isinstance(built.result, Failure):
        rule, severity = _FAILED[built.result.reason]
        if built.unit.controller is Controller.CHART or _is_put_away(built):
            # nobody says that a chart is ever released with its default values alone, or that what a hidden folder keeps is deployed
            severity = Severity.NOTE
        chain = f" (through {' > '.join(built.result.chain)})" if built.result.chain else ""
        message = f"{built.unit.key} was not rendered: {built.result.message}{chain}"
        yield _of_unit(
            Finding(rule=rule, severity=severity, message=message, location=built.result.location, outcome=Outcome.NOT_CHECKED), built
        )


def _is_put_away(built: BuiltUnit) -> bool:
    """Whether a folder that no controller names lies in a hidden one."""
    return built.unit.declaration is None and any(part.startswith(".") for part in (built.unit.path or "").split("/"))


def _put_away(units: Iterable[BuiltUnit]) -> Iterable[Finding]:
    """A note for each hidden folder whose units are not judged."""
    folders: dict[str, list[BuiltUnit]] = {}
    for built in units:
        if _is_put_away(built) and built.objects:
            parts = (built.unit.path or "").split("/")
            hidden = next(index for index, part in enumerate(parts) if part.startswith("."))
            folders.setdefault("/".join(parts[: hidden + 1]), []).append(built)
    for folder, held in folders.items():
        number = sum(len(built.objects) for built in held)
        objects = "1 object is" if number == 1 else f"{number} objects are"
        message = f"{objects} not judged by policies: {folder} is a hidden folder that nothing deploys"
        place = held[0].unit.origin.location
        yield Finding(rule="put-away", severity=Severity.NOTE, message=message, location=place, outcome=Outcome.SKIPPED)


def _broken(file: BrokenFile) -> Finding:
    """A warning: where a unit reads the file, the unit fails on it and that is the error."""
    message = f"{file.message}; units that it may declare are not known"
    return Finding(rule="invalid-yaml", severity=Severity.WARNING, message=message, location=file.location, outcome=Outcome.NOT_CHECKED)


def _notes(built: BuiltUnit) -> Iterable[Finding]:
    if isinstance(built.result, Rendered):
        for note in built.result.notes:
            location = note.location or built.unit.origin.location
            severity = Severity.NOTE if note.id in _INFORMING else Severity.WARNING
            yield _of_unit(Finding(rule=note.id, severity=severity, message=note.message, location=location, object=note.object), built)


def _validated(head: Side, judge: Tree, settings: Settings, locate: Locate, ledger: Ledger | None) -> Checked:
    rendered = (obj for built in head.built for obj in built.of_kind("CustomResourceDefinition"))
    crds = tuple(obj for obj in (*rendered, *head.layout.declarations) if obj.group == CRD_GROUP)
    options = ValidateOptions(
        kubernetes=settings.versions,
        assumed=not settings.kubernetes,
        strict=settings.strict,
        crds=crds,
        locations=settings.schemas,
        require_schemas=settings.require_schemas,
        read_schema=schema_reader(judge, allow_network=settings.allow_network),
        locate=locate,
    )
    of_version = {"": options}
    stated = {name: cluster_named(name, settings.clusters).kubernetes for name in {built.unit.cluster for built in head.built}}
    known = KnownVerdicts(ledger, judge)
    results: list[Counts] = []
    findings: list[Finding] = []
    for built in head.built:
        own = stated[built.unit.cluster]
        if own not in of_version:
            of_version[own] = replace(options, kubernetes=(own,), assumed=False)
        checked = known.recall(built, of_version[own])
        if checked is None:
            checked = validate_objects(built.objects, of_version[own])
            known.note(built, of_version[own], checked)
        results.append(checked.counts)
        findings.extend(_of_unit(finding, built) for finding in checked.findings)
    known.keep(findings)
    return Checked(findings=tuple(findings), counts=total(results))


def _evaluated(base: Side, head: Side, judge: Tree, settings: Settings, options: EvaluateOptions) -> Checked:
    given = policy_sets(judge, settings)
    if not given:
        return Checked()
    from checker.evaluate import evaluate_objects
    from checker.pipeline.judged import judged

    put_away = tuple(_put_away(head.built))
    inputs = judged(base.built, [built for built in head.built if not _is_put_away(built)])
    policies = (*given, *deployed_sets(scoped((*head.built, *base.built)), given))
    checked = evaluate_objects(inputs, policies, options)
    environments = {built.unit.key: built.unit.environment for built in head.built}
    found = (*(_in_environment(finding, environments) for finding in checked.findings), *put_away)
    skipped = sum(len(built.objects) for built in head.built if _is_put_away(built))
    return Checked(findings=found, counts=checked.counts + Counts(skipped=skipped))


def _of_unit(finding: Finding, built: BuiltUnit) -> Finding:
    return replace(finding, unit=built.unit.key, environments=(built.unit.environment,) if built.unit.environment else ())


def _in_environment(finding: Finding, environments: Mapping[UnitKey, str]) -> Finding:
    environment = environments.get(finding.unit, "") if finding.unit is not None else ""
    return replace(finding, environments=(environment,)) if environment and not finding.environments else finding
