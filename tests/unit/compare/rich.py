"""One object of every kind that is compared in a way of its own, with something in each list and amount that has one."""

from __future__ import annotations

from typing import Any

_META = {
    "name": "x",
    "namespace": "shop",
    "labels": {"app": "x", "helm.sh/chart": "x-1", "app.kubernetes.io/version": "1"},
    "annotations": {"checksum/config": "abc", "note": "y", "argocd.argoproj.io/tracking-id": "z"},
    "finalizers": ["a.io/x", "b.io/y"],
    "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "1"}],
}
_CONTAINER = {
    "name": "app",
    "image": "a:1",
    "args": ["--a", "--b"],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}}],
    "envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}],
    "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "protocol": "UDP"}],
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": 1}, "claims": [{"name": "gpu"}]},
    "volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b", "subPath": "c"}],
    "command": ["run", "run"],
}
_POD = {
    "containers": [_CONTAINER, {**_CONTAINER, "name": "side"}],
    "initContainers": [{"name": "one", "image": "i:1"}, {"name": "two", "image": "i:2", "restartPolicy": "Always"}],
    "volumes": [
        {"name": "v", "emptyDir": {"sizeLimit": "1Gi"}},
        {"name": "w", "configMap": {"name": "c", "items": [{"key": "k", "path": "p"}]}},
    ],
    "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a", "b"]}, {"ip": "10.0.0.2", "hostnames": ["c"]}],
    "imagePullSecrets": [{"name": "a"}, {"name": "b"}],
    "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}],
    "topologySpreadConstraints": [
        {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1},
        {"topologyKey": "host", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 1},
    ],
    "nodeSelector": {"disk": "ssd"},
    "overhead": {"cpu": "10m"},
}
_TEMPLATE = {"metadata": {"labels": {"app": "x", "helm.sh/chart": "x-1"}, "annotations": {"checksum/config": "abc"}}, "spec": _POD}


def _object(api: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": _META, **rest}


_SELECTOR = {"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}
_RULE = {"apiGroups": ["apps", ""], "resources": ["pods", "secrets"], "verbs": ["get", "list"]}
_WEBHOOK = {
    "name": "a.example.io",
    "rules": [{"operations": ["CREATE", "UPDATE"]}],
    "matchConditions": [{"name": "m", "expression": "true"}],
}

RICH: tuple[dict[str, Any], ...] = (
    *(_object("apps/v1", kind, spec={"replicas": 2, "selector": _SELECTOR, "template": _TEMPLATE}) for kind in ("DaemonSet", "Deployment")),
    _object(
        "apps/v1",
        "StatefulSet",
        spec={
            "selector": _SELECTOR,
            "template": _TEMPLATE,
            "volumeClaimTemplates": [
                {"metadata": {"name": "d", "labels": {"helm.sh/chart": "x-1"}}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
            ],
        },
    ),
    _object(
        "batch/v1",
        "CronJob",
        spec={"schedule": "0 1 * * *", "jobTemplate": {"metadata": {"labels": {"chart": "x"}}, "spec": {"template": _TEMPLATE}}},
    ),
    _object(
        "batch/v1",
        "Job",
        spec={
            "template": _TEMPLATE,
            "podFailurePolicy": {"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [1, 2]}}]},
        },
    ),
    _object("v1", "Pod", spec=_POD, status={"phase": "Running"}),
    _object(
        "v1",
        "Service",
        spec={
            "ports": [{"port": 80, "targetPort": "http"}, {"port": 80, "protocol": "UDP"}],
            "selector": {"app": "x"},
            "externalIPs": ["a", "b"],
        },
    ),
    _object("v1", "ConfigMap", data={"a": "1", "b.yaml": "x: 1\n"}, binaryData={"c": "AA=="}),
    _object("v1", "Secret", type="Opaque", data={"a": "digest:1"}, stringData={"b": "digest:2"}),
    _object("v1", "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
    _object("v1", "ServiceAccount", secrets=[{"name": "a"}, {"name": "b"}], imagePullSecrets=[{"name": "c"}]),
    _object("v1", "LimitRange", spec={"limits": [{"type": "Container", "default": {"cpu": "1"}, "max": {"cpu": "2"}}]}),
    _object("v1", "ResourceQuota", spec={"hard": {"cpu": "4", "pods": "10"}}),
    _object("rbac.authorization.k8s.io/v1", "Role", rules=[_RULE, {**_RULE, "resourceNames": ["a"]}]),
    _object(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        roleRef={"kind": "Role", "name": "x"},
        subjects=[{"kind": "User", "name": "a"}, {"kind": "Group", "name": "a"}],
    ),
    _object(
        "networking.k8s.io/v1",
        "Ingress",
        spec={"rules": [{"host": "a"}, {"host": "b", "http": {"paths": [{"path": "/"}, {"path": "/b"}]}}]},
    ),
    _object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}, {"ports": [{"port": 1}]}]},
    ),
    _object(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        spec={
            "minReplicas": 1,
            "maxReplicas": 2,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"averageValue": "1"}}}],
        },
    ),
    _object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", webhooks=[_WEBHOOK, {**_WEBHOOK, "name": "b.example.io"}]),
    _object(
        "flowcontrol.apiserver.k8s.io/v1",
        "FlowSchema",
        spec={
            "rules": [
                {"resourceRules": [{"verbs": ["get", "list"], "apiGroups": ["", "apps"], "resources": ["*"], "namespaces": ["a", "b"]}]}
            ]
        },
    ),
    _object(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        addressType="IPv4",
        endpoints=[{"addresses": ["10.0.0.1", "10.0.0.2"]}],
        ports=[{"port": 80}],
    ),
    _object(
        "acme.io/v1",
        "Thing",
        spec={"list": ["a", "b", "a"], "named": [{"name": "a"}, {"name": "b"}], "amount": "1Gi", "nested": {"spec": {"x": 1}}},
    ),
)
