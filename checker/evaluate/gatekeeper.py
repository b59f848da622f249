"""Gatekeeper policies on rendered objects, as its audit would see them: review, parameters, inventory of the environment.

Goes in: a policy set whose objects are templates and constraints. Comes out: findings by constraint, `Kind/name`. What
cannot be evaluated (a template without Rego, an unknown namespace's labels) is not checked, and says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from checker.evaluate.cel_rules import CelRules, CelVerdict, described, judge
from checker.evaluate.checks import Check
from checker.evaluate.constraints import Constraint, Template, TemplateError, is_constraint, is_template, read_constraint, read_template
from checker.evaluate.facts import scope_of
from checker.evaluate.matching import Subject, UnknownNamespaceError, matches
from checker.evaluate.model import EvaluateOptions, EvaluationInput, PolicySet
from checker.evaluate.verdicts import Asked, Judged, Trouble, find_pointers, judged, trouble_findings
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, total
from checker.model.objects import JSONValue, KubeObject, Location, dig, mapping
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field
from checker.tools.cel import INSTALL, is_installed
from checker.tools.rego import Answer, PolicyProblem, RegoEngine, Request, open_engine

INVENTORY = """package inventory
namespace := data.gitopscheck.inventories[gitopscheck.context("scope")].namespace
cluster := data.gitopscheck.inventories[gitopscheck.context("scope")].cluster
"""


@dataclass(slots=True)
class _Work:
    """One constraint on one object."""

    item: EvaluationInput
    constraint: Constraint
    review: str


@dataclass(slots=True)
class _Read:
    """The set's objects, read; what could not be read as findings."""

    templates: dict[str, Template] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def evaluate_gatekeeper(inputs: Sequence[EvaluationInput], policies: PolicySet, options: EvaluateOptions) -> Checked:
    """The set's templates and constraints, and those deployed with the objects. Raises MissingEngineError and DeadEngineError."""
    read = _read(policies.objects if policies.deployed else (*policies.objects, *_deployed(inputs)))
    spaces = _namespaces(inputs)
    work: list[_Work] = []
    unknown: list[Judged] = []
    for item in inputs:
        _matched(item, read.constraints, spaces, work, unknown)
    native = [one for one in work if read.templates[one.constraint.kind].native is not None]
    results = [*(judged(_by_cel(one, read.templates, spaces), options, {}) for one in native), *unknown]
    findings = [*read.findings]
    modules = [module for template in read.templates.values() for module in template.modules]
    if modules:
        by_rego = [one for one in work if read.templates[one.constraint.kind].native is None]
        with open_engine(options.engine, options.limits) as engine:
            data: dict[str, JSONValue] = {"gitopscheck": {"inventories": _inventories(inputs)}}
            loaded = engine.load(modules, data, rules=False, own=(("inventory", INVENTORY),))
            items = _asked(engine, read.templates, by_rego, {problem.module for problem in loaded.problems})
            pointers = find_pointers(engine, items)
        results += [judged(asked, options, pointers) for asked in items]
        findings += [
            _unreadable(problem.path.partition("#")[0], f"this template was not run: {problem.message}") for problem in loaded.problems
        ]
    findings += [finding for result in results for finding in result.findings]
    findings += trouble_findings(trouble for result in results for trouble in result.troubles)
    return Checked(findings=tuple(findings), counts=total(result.counts for result in results))


def _by_cel(one: _Work, templates: Mapping[str, Template], spaces: Mapping[tuple[str, str], KubeObject]) -> Asked:
    """As an engine would have answered."""
    native = templates[one.constraint.kind].native
    assert native is not None
    verdict = _native_verdict(native, one.constraint, json.loads(one.review), spaces.get((scope_of(one.item), one.item.object.namespace)))
    messages: list[JSONValue] = [{"msg": refusal.message, "pointer": refusal.pointer} for refusal in verdict.refusals]
    errors = {0: PolicyProblem(message=described(verdict.unknown))} if verdict.unknown and not messages else {}
    return Asked(one.item, (_check(one.constraint),), Answer(values={0: messages}, errors=errors), 0, "")


def _native_verdict(native: CelRules, constraint: Constraint, review: Mapping[str, JSONValue], space: KubeObject | None) -> CelVerdict:
    """`variables.anyObject` and `variables.params` are Gatekeeper's; audit knows no operation."""
    if not is_installed():
        return CelVerdict(unknown=(f"the CEL library is not installed; {INSTALL}",))
    obj, old = review.get("object"), review.get("oldObject")
    request = {key: value for key, value in review.items() if key not in ("object", "oldObject") and value not in ("", None, {})}
    values: dict[str, Any] = {
        "object": obj,
        "oldObject": old,
        "request": request,
        "params": constraint.object.body,
        "variables": {"anyObject": obj if obj else old, "params": constraint.parameters if constraint.parameters is not None else {}},
    }
    if space is not None or not review.get("namespace"):
        values["namespaceObject"] = dict(space.body) if space is not None else None
    return judge(native, values)


def gatekeeper_messages(
    template: KubeObject, constraint: KubeObject, review: Mapping[str, JSONValue], inventory: Sequence[KubeObject]
) -> list[str]:
    """One constraint on one admission review, with nothing but Gatekeeper around it. Raises TemplateError and UnknownNamespaceError."""
    read = read_template(template)
    wanted = read_constraint(constraint, read)
    spaces = {obj.name: obj for obj in inventory if obj.kind == "Namespace" and not obj.group}
    space = spaces.get(str(review.get("namespace") or ""))
    if not matches(wanted.match, _subject(KubeObject(body=mapping(review.get("object")), origin=constraint.origin), space)):
        return []
    if read.native is not None:
        verdict = _native_verdict(read.native, wanted, review, space)
        if verdict.unknown:
            raise TemplateError(described(verdict.unknown))
        return [refusal.message for refusal in verdict.refusals]
    data: dict[str, JSONValue] = {"gitopscheck": {"inventories": {"": _inventory(inventory)}}}
    with open_engine() as engine:
        loaded = engine.load(read.modules, data, rules=False, own=(("inventory", INVENTORY),))
        left_out = [problem.message for problem in loaded.problems if problem.module]
        if left_out:
            raise TemplateError(left_out[0])
        group = engine.group([[read.rule]])
        answer = engine.evaluate([Request(group=group, input=_input(wanted, json.dumps(review)), context='{"scope": ""}')])[0]
    if answer.failure or answer.errors:
        raise TemplateError(answer.failure or answer.errors[0].message)
    found = answer.values.get(0)
    return [str(mapping(entry).get("msg")) for entry in found] if isinstance(found, list) else []


def review_of(obj: KubeObject, namespace: KubeObject | None = None) -> dict[str, JSONValue]:
    """As audit makes it: no operation, no user, no old object."""
    review: dict[str, JSONValue] = {
        "kind": {"group": obj.group, "version": obj.version, "kind": obj.kind},
        "name": obj.name,
        "namespace": obj.namespace,
        "operation": "",
        "object": dict(obj.body),
        "oldObject": None,
        "uid": "",
        "userInfo": {},
    }
    if namespace is not None:
        review["namespaceObject"] = dict(namespace.body)
    return review


def _read(objects: Iterable[KubeObject]) -> _Read:
    read = _Read()
    refused: set[str] = set()
    for obj in objects:
        if is_template(obj):
            try:
                template = read_template(obj)
                read.templates[template.kind] = template
            except TemplateError as error:
                refused.add(str(dig(obj.body, "spec", "crd", "spec", "names", "kind")))
                read.findings.append(_unreadable(obj.origin.path, f"template {obj.name}: {error}", obj.origin.line))
    for obj in objects:
        if is_constraint(obj) and obj.kind in read.templates:
            read.constraints.append(read_constraint(obj, read.templates[obj.kind]))
        elif is_constraint(obj) and obj.kind not in refused:
            message = f"constraint {obj.kind}/{obj.name} was not run: no template here defines {obj.kind}"
            read.findings.append(_unreadable(obj.origin.path, message, obj.origin.line))
    read.constraints.sort(key=lambda constraint: constraint.id)
    return read


def _deployed(inputs: Iterable[EvaluationInput]) -> list[KubeObject]:
    """Each once, however many environments deploy it."""
    found: dict[tuple[str, str, str], KubeObject] = {}
    for item in inputs:
        if is_template(item.object) or is_constraint(item.object):
            found.setdefault((item.object.group, item.object.kind, item.object.name), item.object)
    return list(found.values())


def _matched(
    item: EvaluationInput,
    constraints: Sequence[Constraint],
    spaces: Mapping[tuple[str, str], KubeObject],
    work: list[_Work],
    unknown: list[Judged],
) -> None:
    obj = item.object
    if is_template(obj) or is_constraint(obj):
        return
    space = spaces.get((scope_of(item), obj.namespace))
    subject = _subject(obj, space)
    review = ""
    for constraint in constraints:
        try:
            if not matches(constraint.match, subject):
                continue
        except UnknownNamespaceError as error:
            trouble = Trouble(_check(constraint), PolicyProblem(message=str(error)), item)
            unknown.append(Judged(troubles=(trouble,), counts=Counts(not_checked=1)))
            continue
        review = review or json.dumps(review_of(obj, space))
        work.append(_Work(item, constraint, review))


def _subject(obj: KubeObject, space: KubeObject | None) -> Subject:
    return Subject(
        group=obj.group,
        kind=obj.kind,
        name=obj.name,
        namespace=obj.namespace,
        labels=obj.labels,
        namespace_labels=None if space is None else space.labels,
    )


def _asked(engine: RegoEngine, templates: Mapping[str, Template], work: Sequence[_Work], broken: set[str]) -> list[Asked]:
    first = engine.group([[template.rule] for template in templates.values()])
    groups = {kind: first + position for position, kind in enumerate(templates)}
    contexts = [json.dumps({"scope": scope_of(one.item)}) for one in work]
    requests = [
        Request(group=groups[one.constraint.kind], input=_input(one.constraint, one.review), context=context)
        for one, context in zip(work, contexts, strict=True)
    ]
    return [
        Asked(
            one.item,
            (_check(one.constraint),),
            _without_broken(answer, templates[one.constraint.kind], broken),
            request.group,
            request.context,
            _wrapping(one),
        )
        for one, request, answer in zip(work, requests, engine.evaluate(requests), strict=True)
    ]


def _wrapping(one: _Work) -> Callable[[str], str]:
    """The same review of another object."""
    body = json.dumps(dict(one.item.object.body))
    return lambda changed: _input(one.constraint, one.review.replace(f'"object": {body}', f'"object": {changed}', 1))


def _input(constraint: Constraint, review: str) -> str:
    parameters = json.dumps(constraint.parameters if constraint.parameters is not None else {})
    return f'{{"parameters": {parameters}, "review": {review}}}'


def _check(constraint: Constraint) -> Check:
    place = constraint.object.origin
    return Check(id=constraint.id, name="violation", severity=constraint.severity, rules=((),), path=place.path, line=place.line)


def _without_broken(answer: Answer, template: Template, broken: set[str]) -> Answer:
    if any(module.path in broken for module in template.modules):
        return Answer(errors={0: PolicyProblem(message="its template could not be loaded")})
    return answer


def _namespaces(inputs: Iterable[EvaluationInput]) -> dict[tuple[str, str], KubeObject]:
    return {(scope_of(item), item.object.name): item.object for item in inputs if item.object.kind == "Namespace" and not item.object.group}


def _inventories(inputs: Iterable[EvaluationInput]) -> dict[str, JSONValue]:
    scopes: dict[str, list[KubeObject]] = {}
    for item in inputs:
        scopes.setdefault(scope_of(item), []).append(item.object)
    return {scope: _inventory(objects) for scope, objects in scopes.items()}


def _inventory(objects: Iterable[KubeObject]) -> JSONValue:
    namespaced: dict[str, dict[str, dict[str, dict[str, JSONValue]]]] = {}
    cluster: dict[str, dict[str, dict[str, JSONValue]]] = {}
    for obj in objects:
        kinds = namespaced.setdefault(obj.namespace, {}) if obj.namespace else cluster
        kinds.setdefault(obj.api_version, {}).setdefault(obj.kind, {})[obj.name] = dict(obj.body)
    return {"namespace": namespaced, "cluster": cluster}  # type: ignore[dict-item]


def _unreadable(path: str, message: str, line: int | None = None) -> Finding:
    place = Location(path=RepoPath(path), line=line)
    return Finding(rule="policy-invalid", severity=Severity.ERROR, message=message, location=place, outcome=Outcome.NOT_CHECKED)
