"""The rules of this stage as data, and sentences about an object turned into findings at their place."""

from __future__ import annotations

from checker.model.findings import Finding, Outcome, Severity
from checker.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.model.objects import KubeObject
    from checker.validate.options import Locate

SEVERITIES: dict[str, Severity] = {
    "unknown-field": Severity.ERROR,
    "wrong-type": Severity.ERROR,
    "missing-field": Severity.ERROR,
    "invalid-value": Severity.ERROR,
    "unknown-kind": Severity.ERROR,
    "removed-api": Severity.ERROR,
    "deprecated-api": Severity.WARNING,
    "invalid-name": Severity.ERROR,
    "invalid-label": Severity.ERROR,
    "duplicate-item": Severity.ERROR,
    "selector-mismatch": Severity.ERROR,
    "namespace-scope": Severity.WARNING,
    "no-schema": Severity.NOTE,
    "schema-unusable": Severity.ERROR,
    "substituted-value": Severity.NOTE,
    "duplicate-key": Severity.ERROR,
    "invalid-yaml": Severity.ERROR,
    "not-an-object": Severity.NOTE,
}
"""Every rule this stage speaks of, with how bad it is unless the place says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to say about an object. `versions` are the Kubernetes versions it holds for, empty for all."""

    rule: str
    message: str
    pointer: str = ""
    key: bool = False
    severity: Severity | None = None
    outcome: Outcome = Outcome.FAILED
    versions: tuple[str, ...] = ()

    @property
    def level(self) -> Severity:
        return SEVERITIES[self.rule] if self.severity is None else self.severity

    @property
    def fails(self) -> bool:
        return self.outcome is Outcome.FAILED and self.level is Severity.ERROR


def findings_of(obj: KubeObject, remarks: Iterable[Remark], locate: Locate, versions: tuple[str, ...]) -> Iterator[Finding]:
    """The same remark for several versions is said once, naming them unless it is all that were asked."""
    grouped: dict[tuple[object, ...], list[Remark]] = {}
    for remark in remarks:
        grouped.setdefault((remark.rule, remark.pointer, remark.message, remark.level, remark.outcome), []).append(remark)
    for same in grouped.values():
        remark = same[0]
        told = [version for one in same for version in one.versions]
        only = "" if not told or len(set(told)) == len(versions) else f" (Kubernetes {', '.join(dict.fromkeys(told))})"
        yield Finding(
            rule=remark.rule,
            severity=remark.level,
            message=remark.message + only,
            location=locate(obj, remark.pointer, remark.key),
            outcome=remark.outcome,
            object=obj.key,
            pointer=remark.pointer,
        )
