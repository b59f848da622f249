"""Objects in, findings and counts out: each object against its schema, once per Kubernetes version, then the server's own rules.

A check ends as passed, failed, skipped (nobody can expect a schema, or there is none and none is required) or not checked.
"""

from __future__ import annotations

from checker.model.findings import Checked, Counts, Outcome, Severity
from checker.model.objects import mapping
from checker.tools.schema_words import sentences, value_at
from checker.validate.catalog import Broken, Unknown
from checker.validate.crds import defaulted
from checker.validate.findings import Remark, findings_of
from checker.validate.names import holds_open_text, open_text
from checker.validate.server import field_remarks, server_remarks
from checker.validate.unserved import Unserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from checker.model.findings import Finding
    from checker.model.objects import JSONValue, KubeObject
    from checker.tools.schema import SchemaProblem
    from checker.validate.catalog import Known, Lookup
    from checker.validate.options import ValidateOptions

_ENCRYPTED = "ENC["
_SECRET_FIELDS = ("data", "stringData")
_PASSED = Counts(passed=1)


def validate_objects(objects: Sequence[KubeObject], options: ValidateOptions) -> Checked:
    """Findings sorted by file, line, column, rule and message."""
    findings: list[Finding] = []
    passed = failed = skipped = not_checked = 0
    for obj in objects:
        remarks, counts = check_object(obj, options)
        passed += counts.passed
        failed += counts.failed
        skipped += counts.skipped
        not_checked += counts.not_checked
        if remarks:
            findings.extend(findings_of(obj, remarks, options.locate, options.kubernetes))
    findings.sort(key=order)
    return Checked(findings=tuple(findings), counts=Counts(passed=passed, failed=failed, skipped=skipped, not_checked=not_checked))


def order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return (place.path, place.line or 0, place.column or 0, finding.rule, finding.message)


def check_object(obj: KubeObject, options: ValidateOptions) -> tuple[list[Remark], Counts]:
    """One object against every version that is asked for, and once against the server's rules when any schema knows it."""
    body: Any = obj.body
    if "sops" in body and options.decrypted and is_encrypted(body):
        body = {key: value for key, value in body.items() if key != "sops"}
    plan = options.catalog.plan(obj.api_version, obj.kind)
    remarks = server_remarks(obj, plan.checks, options) if plan.checks else []
    if options.catalog.unsaid:
        remarks.extend(_location_remarks(options.catalog.unsaid))
    if not remarks and plan.sure(body):
        return remarks, plan.passed
    remarks.extend(field_remarks(obj, plan.asked, options))
    if not remarks and plan.schemas is not None and all(schema.accepts(body) for schema in plan.schemas):
        return remarks, plan.passed
    broken = any(remark.fails for remark in remarks)
    counts = Counts()
    for version, found in plan.lookups:
        told = list(against(obj, body, found, version, options))
        remarks.extend(told)
        counts += _counted(told, broken)
    return remarks, counts


def _counted(remarks: Sequence[Remark], broken: bool) -> Counts:
    if broken or any(remark.fails for remark in remarks):
        return Counts(failed=1)
    if not remarks:
        return _PASSED
    if any(remark.outcome is Outcome.NOT_CHECKED and not _is_partial(remark) for remark in remarks):
        return Counts(not_checked=1)
    if any(remark.outcome is Outcome.SKIPPED for remark in remarks):
        return Counts(skipped=1)
    return _PASSED


def _is_partial(remark: Remark) -> bool:
    """Whether all but one value or rule was checked."""
    return remark.rule == "substituted-value" or (remark.rule == "schema-unusable" and remark.level is Severity.NOTE)


def against(obj: KubeObject, body: Mapping[str, JSONValue], found: Lookup, version: str, options: ValidateOptions) -> Iterator[Remark]:
    if isinstance(found, Unknown):
        yield _no_schema(obj, found, options.require_schemas)
    elif isinstance(found, Broken):
        message = f"{obj.kind} ({obj.api_version}) was not checked: {found.reason}"
        yield Remark(rule="schema-unusable", message=message, outcome=Outcome.NOT_CHECKED, pointer="/kind")
    elif isinstance(found, Unserved):
        if found.certain:
            yield _unserved(found, version, options)
        else:
            # which release of the operator a cluster runs is not known here; that a kind is misspelt is likelier than a new one
            severity = Severity.NOTE if found.rule == "removed-api" else Severity.WARNING
            yield Remark(rule=found.rule, message=found.message, pointer=f"/{found.field}", severity=severity, outcome=Outcome.NOT_CHECKED)
    else:
        if found.deprecated and options.server_rules:
            yield Remark(rule="deprecated-api", message=found.deprecated, pointer="/apiVersion", versions=(version,))
        told = list(_held_against(obj, body, found, version, options))
        for rival in found.rivals if any(remark.fails for remark in told) else ():
            other = list(_held_against(obj, body, rival, version, options))
            if not any(remark.fails for remark in other):
                told = other
                break
        yield from told


def _unserved(found: Unserved, version: str, options: ValidateOptions) -> Remark:
    """A doubt where nobody said which Kubernetes the cluster is, and another one serves it."""
    pointer = f"/{found.field}"
    if not (options.assumed and found.elsewhere) or options.require_schemas:
        return Remark(rule=found.rule, message=found.message, pointer=pointer, versions=(version,))
    message = f"{found.message} (Kubernetes {version} is assumed: state yours as `kubernetes` in the settings, or by --kubernetes)"
    return Remark(rule=found.rule, message=message, pointer=pointer, severity=Severity.WARNING, outcome=Outcome.NOT_CHECKED)


def _held_against(obj: KubeObject, body: Mapping[str, JSONValue], found: Known, version: str, options: ValidateOptions) -> Iterator[Remark]:
    from checker.validate.lenient import accepted_anyway

    problems = found.schema.problems(body)  # type: ignore[arg-type]
    if problems and found.structure is not None and options.server_rules:
        body = defaulted(body, found.structure)
        problems = found.schema.problems(body)  # type: ignore[arg-type]
    mistyped = {problem.path for problem in problems if problem.keyword == "type"}
    for problem in problems:
        if problem.keyword == "enum" and problem.path in mistyped:
            continue  # no value of another type is among those allowed
        if not options.server_rules or not accepted_anyway(obj, problem):
            yield from _remarks(obj, body, problem, found, version, options)
    if found.ruled and not problems:
        yield from _cel_remarks(obj, body, found, version, options)


def _cel_remarks(obj: KubeObject, body: Mapping[str, JSONValue], found: Known, version: str, options: ValidateOptions) -> Iterator[Remark]:
    """What the rules of a definition say; that one cannot be evaluated is said once, not for every object."""
    from checker.tools.cel import is_installed
    from checker.validate.celrules import evaluate_rules

    if not is_installed():
        if options.catalog.first_time("cel"):
            yield _open_remark(f"the CEL rules of {obj.kind} and other kinds were not evaluated; install gitops-check[cel]")
        return
    for told in evaluate_rules(body, found.structure or {}):
        if told.failed and holds_open_text(told.value, options):
            yield _substituted(told.message, told.pointer, version)
        elif told.failed:
            # a rule of the bundled copy of someone else's definition may be another in the cluster's
            severity = None if found.exact else Severity.WARNING
            yield Remark(rule="invalid-value", message=told.message, pointer=told.pointer, severity=severity)
        elif options.catalog.first_time("cel", obj.api_version, obj.kind, told.rule):
            yield _open_remark(f"a rule of {obj.kind} was not evaluated, since {told.message}: {told.rule[:200]}", told.pointer)


def _location_remarks(unsaid: list[str]) -> Iterator[Remark]:
    while unsaid:
        yield Remark(rule="schema-unusable", message=unsaid.pop(0), pointer="/kind", severity=Severity.WARNING)


def _open_remark(message: str, pointer: str = "/kind") -> Remark:
    return Remark(rule="schema-unusable", message=message, pointer=pointer, severity=Severity.NOTE, outcome=Outcome.NOT_CHECKED)


def _no_schema(obj: KubeObject, found: Unknown, required: bool) -> Remark:
    message = f"{obj.kind} ({obj.api_version}) was not checked: {found.reason}"
    if required and not found.deliberate:
        return Remark(rule="no-schema", message=message, pointer="/kind", severity=Severity.ERROR, outcome=Outcome.FAILED)
    return Remark(rule="no-schema", message=message, pointer="/kind", outcome=Outcome.SKIPPED)


def _remarks(
    obj: KubeObject, body: Mapping[str, JSONValue], problem: SchemaProblem, found: Known, version: str, options: ValidateOptions
) -> Iterator[Remark]:
    hidden = obj.kind == "Secret" and problem.path[:1] and problem.path[0] in _SECRET_FIELDS
    for sentence in sentences(problem, owner=obj.kind, hidden=bool(hidden)):
        value = value_at(body, sentence.pointer)
        if isinstance(value, str) and value.startswith(_ENCRYPTED) and is_encrypted(obj.body):
            continue  # the value is checked by nobody before it is decrypted in the cluster
        if open_text(value, options) and not sentence.key:
            yield _substituted(sentence.message, sentence.pointer, version)
            continue
        # The bundled copy of someone else's definition may be older than the cluster's: what it lacks may exist there, but in metadata.
        open_ended = sentence.rule == "unknown-field" or problem.keyword == "enum"
        newer = not found.exact and open_ended and not sentence.pointer.startswith("/metadata/")
        yield Remark(
            rule=sentence.rule,
            message=sentence.message,
            pointer=sentence.pointer,
            key=sentence.key,
            severity=Severity.WARNING if newer else None,
            versions=(version,),
        )


def _substituted(message: str, pointer: str, version: str) -> Remark:
    said = f"{message.split(': ', 1)[0]} is filled in and checked when it is rendered"
    return Remark(rule="substituted-value", message=said, pointer=pointer, outcome=Outcome.NOT_CHECKED, versions=(version,))


def is_encrypted(body: Mapping[str, JSONValue]) -> bool:
    """Whether SOPS encrypted the object: its own key beside the object's."""
    return bool(mapping(body.get("sops")))
