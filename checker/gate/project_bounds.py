"""What Argo CD would refuse: a source, a destination or a kind outside the AppProject; and an AppProject that opens up.

Projects are read from the base branch, so that a change cannot allow itself; a project that only the change has counts as
it is at head. Which kinds are cluster-scoped is known for built-in kinds and for those that carry no namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.gate.because import chains, first_place, gap_fix, gap_names
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.model.diff import UnitDiff
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.units import BuiltUnit, Controller
from checker.tools.argocd import permits_destination, permits_kind, permits_source

Spec = Mapping[str, JSONValue]

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CSIDriver",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)
_WIDE = (
    ("sourceRepos", "every repository"),
    ("destinations", "every destination"),
    ("clusterResourceWhitelist", "every cluster-scoped kind"),
)


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    projects = {**_projects(case.head_units), **_projects(case.base_units)}
    keys = {unit.unit.key for unit in case.moving}
    problems = [problem for built in case.head_units if built.unit.key in keys for problem in _refused(built, projects, case)]
    problems += [problem for unit in case.moving for problem in _widened(unit)]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return broken(
            f"{problems[0]}{more}", because=because, fix="stay inside the project, or widen it in a change of its own", location=place
        )
    named = [_project_of(built) for built in case.head_units if built.unit.key in keys]
    missing = [name for name in named if name not in {"", "default", *projects}]
    if missing:
        return unknown(
            f"AppProject {missing[0]} is not in this repository, so what it permits is not known",
            because=because,
            fix="keep the AppProject here, or leave its Applications out with `except`",
            location=place,
        )
    if case.gaps:
        return unknown(f"{gap_names(case.gaps)} could not be rendered", because=because, fix=gap_fix(case.gaps), location=place)
    return passed(f"{case.environment} stays inside its projects", because)


def _projects(units: Iterable[BuiltUnit]) -> dict[str, KubeObject]:
    objects = (obj for built in units for obj in (*built.unit.related, *built.of_kind("AppProject")))
    return {obj.name: obj for obj in objects if (obj.group, obj.kind) == ("argoproj.io", "AppProject")}


def _project_of(built: BuiltUnit) -> str:
    """Empty for what is no Application."""
    if built.unit.controller is not Controller.ARGOCD_APPLICATION or built.unit.declaration is None:
        return ""
    return text(dig(built.unit.declaration.body, "spec", "project"), "default")


def _refused(built: BuiltUnit, projects: Mapping[str, KubeObject], case: Case) -> Iterator[str]:
    declaration = built.unit.declaration
    if built.unit.controller is not Controller.ARGOCD_APPLICATION or declaration is None:
        return
    spec = mapping(declaration.body.get("spec"))
    name = text(spec.get("project"), "default")
    if name == "default" and case.parameter("allow-default") is not True:
        yield f"Application {declaration.name} is in project default, which permits everything"
    project = projects.get(name)
    if project is None:
        return
    bounds = mapping(project.body.get("spec"))
    app = f"Application {declaration.name}"
    for source in (spec.get("source"), *sequence(spec.get("sources"))):
        url = text(mapping(source).get("repoURL"))
        if url and not permits_source(url, [text(item) for item in sequence(bounds.get("sourceRepos"))]):
            yield f"{app}: project {name} does not permit source {url}"
    target = mapping(spec.get("destination"))
    if not permits_destination(target, text(target.get("namespace")), sequence(bounds.get("destinations"))):
        yield f"{app}: project {name} does not permit destination {_shown(target)}"
    for obj in built.objects:
        problem = _object_refused(obj, bounds, target)
        if problem:
            yield f"{app}: project {name} does not permit {problem}"


def _object_refused(obj: KubeObject, bounds: Spec, target: Spec) -> str:
    namespaced = obj.kind not in CLUSTER_SCOPED and bool(obj.namespace)
    if obj.kind not in CLUSTER_SCOPED and not obj.namespace:
        return ""
    if not permits_kind(bounds, obj.group, obj.kind, obj.name, is_cluster=not namespaced):
        return f"kind {obj.kind}"
    if (
        namespaced
        and obj.namespace != target.get("namespace")
        and not permits_destination(target, obj.namespace, sequence(bounds.get("destinations")))
    ):
        return f"namespace {obj.namespace} ({obj.key})"
    return ""


def _widened(unit: UnitDiff) -> Iterator[str]:
    for diff in unit.objects:
        if (diff.key.group, diff.key.kind) != ("argoproj.io", "AppProject"):
            continue
        before, after = (mapping(dig(body, "spec")) for body in (diff.before, diff.after))
        for field, everything in _WIDE:
            if _is_wide(field, after) and not _is_wide(field, before):
                yield f"AppProject {diff.key.name} now permits {everything}"


def _is_wide(field: str, spec: Spec) -> bool:
    values = sequence(spec.get(field))
    if field == "sourceRepos":
        return "*" in values
    if field == "destinations":
        return any(
            mapping(item).get("namespace") == "*" and "*" in (mapping(item).get("server"), mapping(item).get("name")) for item in values
        )
    return any((mapping(item).get("group"), mapping(item).get("kind")) == ("*", "*") for item in values)


def _shown(target: Spec) -> str:
    return f"{text(target.get('name')) or text(target.get('server'))}/{text(target.get('namespace'))}"


RULE = Rule(
    id="project-bounds",
    title="Applications stay inside their AppProject",
    why=(
        "One object that the project does not permit stops the whole sync before anything is applied, and that is noticed only after the "
        "merge. A project that opens up to everything guards nothing any more."
    ),
    fix="Stay inside the project, or widen it by name in a change of its own.",
    judge=judge,
    parameters={"allow-default": {"type": "boolean"}},
    shorthand="allow-default",
    takes={
        "allow-default": "true lets Applications be in project default, which permits everything",
    },
    bad='# an AppProject of production\n   sourceRepos:\n-    - https://github.com/acme/*\n+    - "*"',
    good="rules:\n  project-bounds:\n    production: {mode: enforce, allow-default: true}",
)
