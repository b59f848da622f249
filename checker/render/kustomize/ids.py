"""Identity of resources as kustomize has it: group, version, kind, namespace, name; scopes and sort orders.

Facts: https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/kyaml/resid. One surprise: an empty namespace
and `default` are the same namespace, and a kind that certainly has none lives in one of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from checker.render.kustomize.openapi import cluster_scoped

NOT_NAMESPACED = "_non_namespaceable_"
DEFAULT_NAMESPACE = "default"

ORDER_FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
ORDER_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


class Gvk(NamedTuple):
    group: str = ""
    version: str = ""
    kind: str = ""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def selected_by(self, selector: Gvk) -> bool:
        """Whether each part the selector gives is equal."""
        return (
            (not selector.group or selector.group == self.group)
            and (not selector.version or selector.version == self.version)
            and (not selector.kind or selector.kind == self.kind)
        )

    def __str__(self) -> str:
        return f"{self.kind or '[noKind]'}.{self.version or '[noVer]'}.{self.group or '[noGrp]'}"


class ResId(NamedTuple):
    """`namespace` is as written, or `_non_namespaceable_` in an identity kept from before a change."""

    gvk: Gvk
    name: str
    namespace: str = ""
    scoped: bool = False
    """The kind certainly belongs to no namespace."""

    @property
    def effective_namespace(self) -> str:
        if self.scoped:
            return NOT_NAMESPACED
        return self.namespace or DEFAULT_NAMESPACE

    @property
    def key(self) -> tuple[Gvk, str, str]:
        """Equal keys are equal identities."""
        return (self.gvk, self.name, self.effective_namespace)

    def selected_by(self, gvk: Gvk, name: str, namespace: str) -> bool:
        return (not name or name == self.name) and (not namespace or namespace == self.effective_namespace) and self.gvk.selected_by(gvk)

    def __str__(self) -> str:
        return f"{self.gvk}/{self.name or '[noName]'}.{self.namespace or '[noNs]'}"


@lru_cache(maxsize=4096)
def gvk_of(api_version: str, kind: str) -> Gvk:
    group, slash, version = api_version.partition("/")
    return Gvk(group, version, kind) if slash else Gvk("", api_version, kind)


def res_id(gvk: Gvk, name: str, namespace: str) -> ResId:
    return ResId(gvk, name, namespace, cluster_scoped(gvk.api_version, gvk.kind))


_TYPE_ORDER = {kind: index - len(ORDER_FIRST) for index, kind in enumerate(ORDER_FIRST)} | {
    kind: 1 + index for index, kind in enumerate(ORDER_LAST)
}


def field_spec_order(gvk: Gvk) -> tuple[int, str]:
    """The order that field specs are applied in."""
    return (_TYPE_ORDER.get(gvk.kind, 0), f"{gvk.group or '~G'}_{gvk.version or '~V'}_{gvk.kind or '~K'}")
