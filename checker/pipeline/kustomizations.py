"""Kustomization files as `lint` sees them: nothing is built, and a typo that would break every build is found at commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.model.findings import Checked, Counts, Finding, Outcome, Severity
from checker.model.objects import Location
from checker.model.paths import RepoPath
from checker.model.tree import Tree, TreeError


def check_kustomizations(tree: Tree, paths: Iterable[RepoPath]) -> Checked:
    """Every file passes, fails, or is not checked because it cannot be read."""
    findings: list[Finding] = []
    counts = Counts()
    for path in paths:
        try:
            found = list(_findings(tree, path))
        except TreeError as error:
            found = [_finding("unreadable-file", str(error), Location(path=path), outcome=Outcome.NOT_CHECKED)]
        findings.extend(found)
        counts += _counted(found)
    return Checked(findings=tuple(findings), counts=counts)


def _findings(tree: Tree, path: RepoPath) -> Iterator[Finding]:
    from checker.render.kustomize import check_kustomization
    from checker.tools.yaml import load_documents

    for failure in check_kustomization(tree, path):
        yield _finding("invalid-kustomization", failure.message, failure.location or Location(path=path))
    for document in load_documents(tree.read(path)):
        for twice in document.duplicates:
            place = Location(path=path, line=twice.line, column=twice.column)
            yield _finding("duplicate-key", f"{twice.message}; kustomize takes the last one", place, severity=Severity.WARNING)


def _finding(
    rule: str, message: str, location: Location, *, severity: Severity = Severity.ERROR, outcome: Outcome = Outcome.FAILED
) -> Finding:
    return Finding(rule=rule, severity=severity, message=message, location=location, outcome=outcome)


def _counted(found: list[Finding]) -> Counts:
    if any(finding.outcome is Outcome.NOT_CHECKED for finding in found):
        return Counts(not_checked=1)
    failed = any(finding.severity is Severity.ERROR for finding in found)
    return Counts(failed=int(failed), passed=int(not failed))
