"""Policies that the repository itself deploys: what its clusters will enforce, judged here before they do.

Gatekeeper's constraints with their templates and ValidatingAdmissionPolicies with their bindings judge in the cluster and
environment that deploys them; those in no environment judge everywhere. Of what both sides deploy, the base's version judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from checker.model.objects import KubeObject, ObjectKey
from checker.model.units import BuiltUnit

if TYPE_CHECKING:
    from checker.evaluate import Meaning, PolicySet

GROUPS = frozenset({"templates.gatekeeper.sh", "constraints.gatekeeper.sh", "admissionregistration.k8s.io"})


def scoped(units: Iterable[BuiltUnit]) -> Iterator[tuple[str, KubeObject]]:
    """What may be a policy, with the scope that it is deployed to."""
    return ((f"{built.unit.cluster}/{built.unit.environment}", obj) for built in units for obj in built.where(_may_be_policy))


def deployed_sets(objects: Iterable[tuple[str, KubeObject]], given: Sequence[PolicySet]) -> Iterator[PolicySet]:
    """Of objects with their scopes, those of the base last; in the order of scopes.

    Gatekeeper's are left to the sets given where those hold some: they take the deployed ones in.
    """
    from checker.evaluate import Meaning, PolicySet

    found: dict[tuple[str, Meaning], dict[tuple[str, str, str], KubeObject]] = {}
    for scope, obj in objects:
        meaning = _meaning(obj)
        if meaning is not None and not (meaning is Meaning.GATEKEEPER and any(one.meaning is meaning for one in given)):
            found.setdefault((scope, meaning), {})[obj.group, obj.kind, obj.name] = obj
    for (scope, meaning), members in sorted(found.items()):
        everywhere = scope == "/"
        yield PolicySet(
            name=f"{meaning} policies deployed {'here' if everywhere else 'to ' + scope.strip('/')}",
            meaning=meaning,
            objects=tuple(members.values()),
            scopes=None if everywhere else frozenset({scope}),
            deployed=True,
        )


def _may_be_policy(key: ObjectKey) -> bool:
    return key.group in GROUPS


def _meaning(obj: KubeObject) -> Meaning | None:
    if obj.group not in GROUPS:
        return None
    from checker.evaluate import Meaning
    from checker.evaluate.admission import is_admission

    if is_admission(obj):
        return Meaning.ADMISSION
    return Meaning.GATEKEEPER if obj.group.endswith("gatekeeper.sh") else None
