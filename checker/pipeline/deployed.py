"""Policies that the repository itself deploys: what its clusters will enforce, judged here before they do.

Gatekeeper's constraints with their templates and ValidatingAdmissionPolicies with their bindings judge in the cluster and
environment that deploys them; those in no environment judge everywhere. Of what both sides deploy, the base's version judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from checker.model.objects import KubeObject

if TYPE_CHECKING:
    from checker.evaluate import EvaluationInput, Meaning, PolicySet

GROUPS = frozenset({"templates.gatekeeper.sh", "constraints.gatekeeper.sh", "admissionregistration.k8s.io"})


def deployed_sets(base: Iterable[EvaluationInput], head: Iterable[EvaluationInput], given: Sequence[PolicySet]) -> Iterator[PolicySet]:
    """In the order of scopes. Gatekeeper's are left to the sets given where those hold some: they take the deployed ones in."""
    from checker.evaluate import Meaning, PolicySet
    from checker.evaluate.facts import scope_of

    found: dict[tuple[str, Meaning], dict[tuple[str, str, str], KubeObject]] = {}
    for item in (*head, *base):
        meaning = _meaning(item.object)
        if meaning is not None and not (meaning is Meaning.GATEKEEPER and any(one.meaning is meaning for one in given)):
            obj = item.object
            found.setdefault((scope_of(item), meaning), {})[obj.group, obj.kind, obj.name] = obj
    for (scope, meaning), objects in sorted(found.items()):
        everywhere = scope == "/"
        yield PolicySet(
            name=f"{meaning} policies deployed {'here' if everywhere else 'to ' + scope.strip('/')}",
            meaning=meaning,
            objects=tuple(objects.values()),
            scopes=None if everywhere else frozenset({scope}),
            deployed=True,
        )


def _meaning(obj: KubeObject) -> Meaning | None:
    if obj.group not in GROUPS:
        return None
    from checker.evaluate import Meaning
    from checker.evaluate.admission import is_admission

    if is_admission(obj):
        return Meaning.ADMISSION
    return Meaning.GATEKEEPER if obj.group.endswith("gatekeeper.sh") else None
