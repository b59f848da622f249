"""Which rules of a policy set are checks: by metadata in our library, by conftest's names elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from checker.evaluate.model import Meaning, PolicySet
from checker.evaluate.results import WARNING, is_rule
from checker.model.findings import Severity
from checker.model.records import dataclass
from checker.tools.rego import Loaded, PolicyProblem, Rule, RulePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule to ask for each object it concerns. With `exceptions` the second of `rules` is the namespace's exception rule."""

    id: str
    name: str
    severity: Severity
    rules: tuple[RulePath, ...]
    kinds: frozenset[str] = frozenset()
    exceptions: bool = False
    path: str = ""
    line: int | None = None


def checks_of(policies: PolicySet, loaded: Loaded) -> tuple[Check, ...]:
    """Sorted by id."""
    found = _library(policies, loaded) if policies.meaning is Meaning.LIBRARY else _conftest(policies, loaded)
    return tuple(sorted(found, key=lambda check: check.id))


def _library(policies: PolicySet, loaded: Loaded) -> Iterator[Check]:
    for doc in policies.docs:
        if doc.path in loaded.versions:
            yield Check(
                id=doc.id,
                name="deny",
                severity=doc.severity,
                rules=((*doc.package, "deny"),),
                kinds=frozenset(doc.kinds),
                path=doc.path,
                line=1,
            )


def namespaces(policies: PolicySet, loaded: Loaded) -> tuple[str, ...]:
    """The packages that the set's namespace globs choose; `*` crosses dots, `[^a]` is any other character than a."""
    packages = sorted({".".join(rule.package) for rule in loaded.rules})
    globs = [glob.replace("[^", "[!") for glob in policies.namespaces]
    return tuple(name for name in packages if any(fnmatchcase(name, glob) for glob in globs))


def _conftest(policies: PolicySet, loaded: Loaded) -> Iterator[Check]:
    chosen = frozenset(namespaces(policies, loaded))
    first: dict[RulePath, Rule] = {}
    excepting: set[RulePath] = set()
    for rule in loaded.rules:
        if ".".join(rule.package) not in chosen or rule.kind == "func":
            continue
        if rule.name == "exception":
            excepting.add(rule.package)
        elif is_rule(rule.name):
            first.setdefault(rule.full, rule)
    for path, rule in first.items():
        exceptions = rule.package in excepting
        yield Check(
            id=f"{'.'.join(rule.package)}/{rule.name}",
            name=rule.name,
            severity=Severity.WARNING if WARNING.match(rule.name) else Severity.ERROR,
            rules=(path, (*rule.package, "exception")) if exceptions else (path,),
            exceptions=exceptions,
            path=rule.path,
            line=rule.line,
        )


def holds_nothing(rule: Rule, loaded: Loaded) -> bool:
    """`deny[msg] if` in v1: an object, of which conftest would see nothing."""
    return rule.keyed and is_rule(rule.name) and loaded.versions.get(rule.path) == "v1"


def conftest_problems(policies: PolicySet, loaded: Loaded) -> tuple[PolicyProblem, ...]:
    """What conftest refuses at load: `deny[msg] if`, and a set in which no chosen namespace has a rule."""
    keyed = tuple(
        PolicyProblem(message=f"{rule.name} uses `if` without `contains`: it would hold nothing", path=rule.path, line=rule.line)
        for rule in loaded.rules
        if holds_nothing(rule, loaded)
    )
    if loaded.rules and not namespaces(policies, loaded):
        found = sorted({".".join(rule.package) for rule in loaded.rules})
        wanted = ", ".join(policies.namespaces)
        missing = PolicyProblem(
            message=f"no policy is in namespace {wanted}; the packages here are {', '.join(found)}", path=loaded.rules[0].path
        )
        return (*keyed, missing)
    return keyed
