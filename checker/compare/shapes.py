"""How the lists and quantities of built-in kinds are compared: which lists are maps in disguise, which are sets, which texts are amounts.

Paths are written `spec.containers[].env`: `[]` steps into a list, `.*` into a mapping with free keys. The tables are the
`x-kubernetes-list-map-keys`, `x-kubernetes-patch-merge-key` and `x-kubernetes-list-type: set` of Kubernetes' OpenAPI
document (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy); a test holds them complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from checker.model.objects import JSONValue, KubeObject, mapping, sequence, text
from checker.model.records import dataclass

Keys = tuple[str, ...]

POD_SPECS: Mapping[tuple[str, str], str] = {
    ("", "Pod"): "spec",
    ("", "PodTemplate"): "template.spec",
    ("", "ReplicationController"): "spec.template.spec",
    ("apps", "DaemonSet"): "spec.template.spec",
    ("apps", "Deployment"): "spec.template.spec",
    ("apps", "ReplicaSet"): "spec.template.spec",
    ("apps", "StatefulSet"): "spec.template.spec",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template.spec",
    ("batch", "Job"): "spec.template.spec",
}
"""Where each workload keeps its PodSpec."""

CONTAINER_LISTS = ("containers", "ephemeralContainers", "initContainers")

_CONTAINER_KEYS: Mapping[str, Keys] = {
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "resources.claims": ("name",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
}
_POD_KEYS: Mapping[str, Keys] = {
    **dict.fromkeys(CONTAINER_LISTS, ("name",)),
    **{f"{name}[].{field}": keys for name in CONTAINER_LISTS for field, keys in _CONTAINER_KEYS.items()},
    "evictionResponders": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "resourceClaims": ("name",),
    "resources.claims": ("name",),
    "schedulingGates": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumes": ("name",),
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.claims": ("name",),
}
_POD_SETS = tuple(f"{name}[].restartPolicyRules[].exitCodes.values" for name in CONTAINER_LISTS)
_RESOURCES = ("resources.limits.*", "resources.requests.*")
_POD_QUANTITIES = (
    *(f"{name}[].{field}" for name in CONTAINER_LISTS for field in (*_RESOURCES, "env[].valueFrom.resourceFieldRef.divisor")),
    *_RESOURCES,
    "overhead.*",
    "volumes[].downwardAPI.items[].resourceFieldRef.divisor",
    "volumes[].emptyDir.sizeLimit",
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.limits.*",
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.requests.*",
    "volumes[].projected.sources[].downwardAPI.items[].resourceFieldRef.divisor",
)

_METADATA_KEYS: Mapping[str, Keys] = {"metadata.ownerReferences": ("uid",)}
_METADATA_SETS = ("metadata.finalizers",)

KIND_KEYS: Mapping[tuple[str, str], Mapping[str, Keys]] = {
    ("", "PersistentVolumeClaim"): {"spec.resources.claims": ("name",)},
    ("", "Service"): {"spec.ports": ("port", "protocol")},
    ("", "ServiceAccount"): {"secrets": ("name",)},
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): {"spec.matchConditions": ("name",)},
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): {"webhooks": ("name",), "webhooks[].matchConditions": ("name",)},
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): {"spec.matchConditions": ("name",), "spec.variables": ("name",)},
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): {"webhooks": ("name",), "webhooks[].matchConditions": ("name",)},
    ("apps", "StatefulSet"): {"spec.volumeClaimTemplates[].spec.resources.claims": ("name",)},
    ("batch", "CronJob"): {"spec.jobTemplate.spec.scheduling.resourceClaims": ("name",)},
    ("batch", "Job"): {"spec.scheduling.resourceClaims": ("name",)},
    ("scheduling.k8s.io", "PodGroup"): {"spec.resourceClaims": ("name",)},
    ("scheduling.k8s.io", "Workload"): {
        "spec.compositePodGroupTemplates": ("name",),
        "spec.compositePodGroupTemplates[].compositePodGroupTemplates": ("name",),
        "spec.compositePodGroupTemplates[].podGroupTemplates": ("name",),
        "spec.compositePodGroupTemplates[].podGroupTemplates[].resourceClaims": ("name",),
        "spec.podGroupTemplates": ("name",),
        "spec.podGroupTemplates[].resourceClaims": ("name",),
        "spec.podGroups": ("name",),
    },
    ("storage.k8s.io", "CSINode"): {"spec.drivers": ("name",)},
}
KIND_SETS: Mapping[tuple[str, str], Keys] = {
    ("", "Node"): ("spec.podCIDRs",),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): ("spec.validationActions",),
    ("batch", "CronJob"): ("spec.jobTemplate.spec.podFailurePolicy.rules[].onExitCodes.values",),
    ("batch", "Job"): ("spec.podFailurePolicy.rules[].onExitCodes.values",),
    ("discovery.k8s.io", "EndpointSlice"): ("endpoints[].addresses",),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): (
        "spec.rules[].nonResourceRules[].nonResourceURLs",
        "spec.rules[].nonResourceRules[].verbs",
        "spec.rules[].resourceRules[].apiGroups",
        "spec.rules[].resourceRules[].namespaces",
        "spec.rules[].resourceRules[].resources",
        "spec.rules[].resourceRules[].verbs",
    ),
    ("storage.k8s.io", "CSIDriver"): ("spec.volumeLifecycleModes",),
}
_HPA_SOURCES = ("containerResource", "external", "object", "pods", "resource")
KIND_QUANTITIES: Mapping[tuple[str, str], Keys] = {
    ("", "LimitRange"): tuple(f"spec.limits[].{field}.*" for field in ("default", "defaultRequest", "max", "maxLimitRequestRatio", "min")),
    ("", "PersistentVolume"): ("spec.capacity.*",),
    ("", "PersistentVolumeClaim"): ("spec.resources.limits.*", "spec.resources.requests.*"),
    ("", "ResourceQuota"): ("spec.hard.*",),
    ("apps", "StatefulSet"): (
        "spec.volumeClaimTemplates[].spec.resources.limits.*",
        "spec.volumeClaimTemplates[].spec.resources.requests.*",
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        *(f"spec.metrics[].{source}.target.{field}" for source in _HPA_SOURCES for field in ("averageValue", "value")),
        "spec.behavior.scaleDown.tolerance",
        "spec.behavior.scaleUp.tolerance",
    ),
    ("node.k8s.io", "RuntimeClass"): ("overhead.podFixed.*",),
}

KEY_DEFAULTS: Mapping[str, JSONValue] = {"protocol": "TCP"}
"""A key that may be left out, and what the API server then fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`keys`, `sets` and `quantities` by path; a path ending in `.*` in `quantities` covers every key of the mapping."""

    keys: Mapping[str, Keys]
    sets: frozenset[str] = frozenset()
    quantities: frozenset[str] = frozenset()

    def is_quantity(self, path: str, above: str) -> bool:
        return path in self.quantities or f"{above}.*" in self.quantities


CustomKeys = Mapping[tuple[str, str], Mapping[str, Keys]]
"""List keys of custom resources by group and kind; an empty tuple marks a set."""


def shape_of(group: str, kind: str, custom: CustomKeys) -> Shape:
    declared = custom.get((group, kind))
    if declared is None:
        return _builtin_shape(group, kind)
    return Shape(
        keys={path: keys for path, keys in declared.items() if keys},
        sets=frozenset(path for path, keys in declared.items() if not keys).union(_METADATA_SETS),
    )


@lru_cache(maxsize=512)
def _builtin_shape(group: str, kind: str) -> Shape:
    keys = {**_METADATA_KEYS, **KIND_KEYS.get((group, kind), {})}
    sets = [*_METADATA_SETS, *KIND_SETS.get((group, kind), ())]
    quantities = [*KIND_QUANTITIES.get((group, kind), ())]
    pod = POD_SPECS.get((group, kind))
    if pod is not None:
        keys |= {f"{pod}.{path}": value for path, value in _POD_KEYS.items()}
        sets += [f"{pod}.{path}" for path in _POD_SETS]
        quantities += [f"{pod}.{path}" for path in _POD_QUANTITIES]
    return Shape(keys=keys, sets=frozenset(sets), quantities=frozenset(quantities))


def keys_of_definition(definition: KubeObject) -> CustomKeys:
    """The list keys that a CustomResourceDefinition declares, over all its versions."""
    spec = mapping(definition.body.get("spec"))
    found: dict[str, Keys] = {}
    for version in sequence(spec.get("versions")):
        schema = mapping(mapping(mapping(version).get("schema")).get("openAPIV3Schema"))
        found.update(_declared_keys(schema, "", 0))
    kind = text(mapping(spec.get("names")).get("kind"))
    return {(text(spec.get("group")), kind): found} if kind and found else {}


def _declared_keys(schema: Mapping[str, JSONValue], path: str, depth: int) -> Iterator[tuple[str, Keys]]:
    if depth > 60:
        return
    listing = schema.get("x-kubernetes-list-type")
    if listing == "map":
        yield path, tuple(text(key) for key in sequence(schema.get("x-kubernetes-list-map-keys")))
    elif listing == "set":
        yield path, ()
    for name, inner in mapping(schema.get("properties")).items():
        yield from _declared_keys(mapping(inner), f"{path}.{name}" if path else name, depth + 1)
    if isinstance(schema.get("items"), dict):
        yield from _declared_keys(mapping(schema["items"]), f"{path}[]", depth + 1)
