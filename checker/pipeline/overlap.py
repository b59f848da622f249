"""Findings -> the same without those that say of an object what another finding says with more to go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from checker.model.findings import Finding, Outcome
from checker.model.records import replace

_SAYS_MORE: dict[str, tuple[str, ...]] = {
    "removed-api": ("api-version-removed", "flux-api-deprecated"),
    "flux-api-deprecated": ("api-version-removed",),
}
"""A rule, and those beside which it has nothing to add: what the cluster's own Flux refuses, before what newer releases refuse."""

_About: TypeAlias = tuple[object, ...]


def told_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What is kept says too that fields were not checked, where only the other finding did."""
    findings = tuple(findings)
    rules: dict[_About, set[str]] = {}
    for finding in findings:
        rules.setdefault(_about(finding), set()).add(finding.rule)
    folded = {_about(finding) for finding in findings if _is_said(finding, rules) and finding.outcome is Outcome.NOT_CHECKED}
    stronger = {rule for others in _SAYS_MORE.values() for rule in others}
    for finding in findings:
        if finding.rule in stronger and _about(finding) in folded and not _is_said(finding, rules):
            yield replace(finding, message=f"{finding.message}; its fields were not checked")
        elif not _is_said(finding, rules):
            yield finding


def _about(finding: Finding) -> _About:
    return (finding.environments, finding.location.path, finding.object)


def _is_said(finding: Finding, rules: dict[_About, set[str]]) -> bool:
    return finding.object is not None and not rules[_about(finding)].isdisjoint(_SAYS_MORE.get(finding.rule, ()))
