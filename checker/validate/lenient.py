"""A schema problem in, whether the API server accepts the object all the same out.

The OpenAPI document calls every field required whose Go type is not marked optional; decoding takes a missing one, and a
null anywhere, for the zero value, and only validation refuses it (k8s.io/apimachinery/pkg/runtime/serializer/json and
k8s.io/kubernetes/pkg/apis/*/validation). Below are the fields whose zero value, or default, passes.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import KubeObject
from checker.tools.schema import SchemaProblem

_UNENFORCED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec.versions.*.served",),
    ("apps", "ControllerRevision"): ("revision",),
    ("apps", "StatefulSet"): ("spec.serviceName",),
    ("discovery.k8s.io", "EndpointSlice"): ("endpoints",),
    ("", "LimitRange"): ("spec.limits",),
    ("networking.k8s.io", "NetworkPolicy"): ("spec.podSelector",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef.apiGroup",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef.apiGroup",),
    ("scheduling.k8s.io", "PriorityClass"): ("value",),
}
_UNENFORCED_ENDS = (("httpHeaders", "*", "value"), ("sysctls", "*", "value"))
"""Of pods, wherever one stands."""


def accepted_anyway(obj: KubeObject, problem: SchemaProblem) -> bool:
    """Only for built-in kinds; the API server does enforce what a definition requires."""
    if problem.keyword == "required":
        paths = [(*problem.path, name) for name in problem.names]
    elif problem.keyword == "type" and problem.value is None:
        paths = [problem.path]
    else:
        return False
    return bool(paths) and all(_is_unenforced(obj, tuple("*" if isinstance(step, int) else step for step in path)) for path in paths)


def _is_unenforced(obj: KubeObject, path: tuple[str, ...]) -> bool:
    if obj.group and "." in obj.group and not obj.group.endswith(".k8s.io"):
        return False
    return path[0] == "status" or ".".join(path) in _UNENFORCED.get((obj.group, obj.kind), ()) or path[-3:] in _UNENFORCED_ENDS
