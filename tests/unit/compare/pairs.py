"""Before and after of one object, and the effects that are to be predicted. What each is based on is in `pairs_sources`."""

from __future__ import annotations

from typing import Any

from checker.model.objects import KubeObject
from tests.unit.compare.make import application, deployment, kustomization, obj


def stateful(**spec: Any) -> KubeObject:
    return deployment("db", kind="StatefulSet", spec={"serviceName": "db", **spec})


def service(**spec: Any) -> KubeObject:
    return obj("Service", "shop", spec={"selector": {"app": "shop"}, **spec})


def claim(size: str = "1Gi", **spec: Any) -> KubeObject:
    return obj("PersistentVolumeClaim", "data", spec={"resources": {"requests": {"storage": size}}, **spec})


def role(*rules: dict[str, list[str]], kind: str = "Role") -> KubeObject:
    return obj(kind, "ops", api="rbac.authorization.k8s.io/v1", rules=[*rules])


def binding(*names: str, to: str = "view") -> KubeObject:
    subjects = [{"kind": "Group", "name": name} for name in names]
    return obj("RoleBinding", "ops", api="rbac.authorization.k8s.io/v1", roleRef={"kind": "ClusterRole", "name": to}, subjects=subjects)


def definition(*versions: str, scope: str = "Namespaced") -> KubeObject:
    served = [{"name": name, "served": True} for name in versions]
    spec = {"group": "acme.io", "scope": scope, "names": {"kind": "Thing", "plural": "things"}, "versions": served}
    return obj("CustomResourceDefinition", "things.acme.io", api="apiextensions.k8s.io/v1", namespace="", spec=spec)


def ingress(*hosts: str) -> KubeObject:
    return obj("Ingress", "shop", api="networking.k8s.io/v1", spec={"rules": [{"host": host} for host in hosts]})


def job(image: str = "a:1", **meta: Any) -> KubeObject:
    return obj("Job", "migrate", api="batch/v1", meta=meta, spec={"template": {"spec": {"containers": [{"name": "a", "image": image}]}}})


def cron(**spec: Any) -> KubeObject:
    return obj("CronJob", "nightly", api="batch/v1", spec={"schedule": "0 1 * * *", **spec})


def release(**spec: Any) -> KubeObject:
    return obj("HelmRelease", "x", api="helm.toolkit.fluxcd.io/v2", spec={"chart": {"spec": {"chart": "x", "version": "1"}}, **spec})


def partitioned(image: str, partition: int) -> KubeObject:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}
    return deployment("db", kind="StatefulSet", image=image, spec={"serviceName": "db", "updateStrategy": strategy})


def agent(image: str, strategy: str = "RollingUpdate") -> KubeObject:
    return deployment("agent", kind="DaemonSet", image=image, spec={"updateStrategy": {"type": strategy}})


def cron_of(image: str) -> KubeObject:
    pods = {"template": {"spec": {"containers": [{"name": "a", "image": image}]}}}
    return cron(jobTemplate={"spec": pods})


def pod(image: str, **spec: Any) -> KubeObject:
    return obj("Pod", "x", spec={"containers": [{"name": "a", "image": image}], **spec})


def job_of(**spec: Any) -> KubeObject:
    return obj("Job", "x", api="batch/v1", spec={"template": {"spec": {"containers": [{"name": "a", "image": "a"}]}}, **spec})


def policy(*rules: dict[str, Any], types: list[str] | None = None) -> KubeObject:
    spec = {"podSelector": {}, "policyTypes": types or ["Ingress"], "ingress": [*rules]}
    return obj("NetworkPolicy", "shop", api="networking.k8s.io/v1", spec=spec)


PEER = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 80}]}
READ = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}
ALL = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
REQUESTS = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
NAMESPACE = obj("Namespace", "shop", namespace="")
POLICY = obj("NetworkPolicy", "deny", api="networking.k8s.io/v1", spec={"podSelector": {}})
BUDGET = obj("PodDisruptionBudget", "shop", api="policy/v1", spec={"minAvailable": 1})
SECRET = obj("Secret", "keys", data={"a": "digest:1"})
HPA = obj("HorizontalPodAutoscaler", "shop", api="autoscaling/v2", spec={"minReplicas": 1, "maxReplicas": 2})
VOLUME = obj("PersistentVolume", "disk", namespace="", spec={"persistentVolumeReclaimPolicy": "Delete"})

Pair = tuple[KubeObject | None, KubeObject | None, list[str]]
PAIRS: dict[str, Pair] = {
    "image": (deployment(image="a:1"), deployment(image="a:2"), ["image-changed", "restarts-pods"]),
    "template label": (deployment(), deployment(pod={"priorityClassName": "high"}), ["placement-changed", "restarts-pods"]),
    "recreate": (
        deployment(image="a:1", spec={"strategy": {"type": "Recreate"}}),
        deployment(image="a:2", spec={"strategy": {"type": "Recreate"}}),
        ["image-changed", "recreates-pods-at-once", "restarts-pods"],
    ),
    "on delete": (
        stateful(updateStrategy={"type": "OnDelete"}),
        deployment("db", kind="StatefulSet", image="db:2", spec={"serviceName": "db", "updateStrategy": {"type": "OnDelete"}}),
        ["image-changed", "restarts-on-delete"],
    ),
    "no pods to restart": (deployment(replicas=0, image="a:1"), deployment(replicas=0, image="a:2"), ["image-changed"]),
    "scaled": (deployment(replicas=1), deployment(replicas=3), ["scaled"]),
    "scaled from the default": (deployment(replicas=1), deployment(replicas=1, spec={"paused": True}), []),
    "scaled to zero": (deployment(replicas=1), deployment(replicas=0), ["scaled-to-zero"]),
    "requests": (deployment(), deployment(**REQUESTS), ["requests-changed", "restarts-pods"]),
    "selector of a deployment": (
        deployment(),
        deployment(spec={"selector": {"matchLabels": {"app": "other"}}}),
        ["immutable-field"],
    ),
    "service name of a stateful set": (stateful(), stateful(serviceName="other"), ["immutable-field"]),
    "claims of a stateful set": (stateful(), stateful(volumeClaimTemplates=[{"metadata": {"name": "d"}}]), ["immutable-field"]),
    "replicas of a stateful set": (stateful(replicas=1), stateful(replicas=2), ["scaled"]),
    "minReadySeconds of a stateful set": (stateful(), stateful(minReadySeconds=5), []),
    "template of a job": (job("a:1"), job("a:2"), ["image-changed", "immutable-field"]),
    "new job": (None, job(), ["runs-job"]),
    "role reference": (binding("a"), binding("a", to="edit"), ["immutable-field", "rbac-widened"]),
    "claim grows": (claim("1Gi"), claim("2Gi"), []),
    "claim shrinks": (claim("2Gi"), claim("1Gi"), ["storage-shrinks"]),
    "claim grows in other words": (claim("1Gi"), claim("1025Mi"), []),
    "storage class of a claim": (claim(), claim(storageClassName="fast"), ["immutable-field"]),
    "cluster address": (service(clusterIP="10.0.0.1"), service(clusterIP="10.0.0.2"), ["immutable-field"]),
    "cluster address left to the server": (service(clusterIP="10.0.0.1"), service(), []),
    "frozen config": (
        obj("ConfigMap", "x", immutable=True, data={"a": "1"}),
        obj("ConfigMap", "x", immutable=True, data={"a": "2"}),
        ["immutable-field"],
    ),
    "type of a secret": (obj("Secret", "x", type="Opaque"), obj("Secret", "x", type="kubernetes.io/tls"), ["immutable-field"]),
    "storage class": (
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a"),
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="b"),
        ["immutable-field"],
    ),
    "scope of a definition": (definition("v1"), definition("v1", scope="Cluster"), ["immutable-field"]),
    "version of a definition": (definition("v1", "v2"), definition("v2"), ["crd-version-removed"]),
    "namespace goes": (NAMESPACE, None, ["deletes-namespace"]),
    "definition goes": (definition("v1"), None, ["deletes-crd"]),
    "claim goes": (claim(), None, ["deletes-data"]),
    "volume goes": (VOLUME, None, ["deletes-data"]),
    "kept volume goes": (obj("PersistentVolume", "disk", namespace="", spec={}), None, ["pruned"]),
    "stateful set goes": (stateful(), None, ["deletes-statefulset"]),
    "stateful set goes with its claims": (
        stateful(volumeClaimTemplates=[{"metadata": {"name": "d"}}], persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}),
        None,
        ["deletes-data", "deletes-statefulset"],
    ),
    "deployment goes": (deployment(), None, ["deletes-workload"]),
    "network policy goes": (POLICY, None, ["deletes-network-policy"]),
    "budget goes": (BUDGET, None, ["deletes-disruption-budget"]),
    "secret goes": (SECRET, None, ["deletes-secret"]),
    "config goes": (obj("ConfigMap", "x"), None, ["pruned"]),
    "release goes": (release(), None, ["uninstalls"]),
    "load balancer goes": (service(type="LoadBalancer"), None, ["address-lost", "pruned"]),
    "load balancer": (service(), service(type="LoadBalancer"), ["exposure-widened"]),
    "node port": (service(), service(type="NodePort"), ["exposure-widened"]),
    "back to the cluster": (service(type="LoadBalancer"), service(), ["address-lost"]),
    "new host": (ingress("a"), ingress("a", "b"), ["exposure-widened"]),
    "host goes": (ingress("a", "b"), ingress("a"), ["address-lost"]),
    "role gains a verb": (role(READ), role({**READ, "verbs": ["get", "list"]}), ["rbac-widened"]),
    "role gains everything": (role(READ), role(ALL), ["rbac-widened"]),
    "role says less": (role(ALL), role(READ), ["rbac-narrowed"]),
    "role says the same otherwise": (role(ALL), role(ALL, READ), []),
    "new role": (None, role(READ), ["rbac-widened"]),
    "binding gains a group": (binding("a"), binding("a", "b"), ["rbac-widened"]),
    "binding loses a group": (binding("a", "b"), binding("a"), ["rbac-narrowed"]),
    "privileged": (
        deployment(),
        deployment(securityContext={"privileged": True}),
        ["pod-security-widened", "restarts-pods"],
    ),
    "host network": (deployment(), deployment(pod={"hostNetwork": True}), ["pod-security-widened", "restarts-pods"]),
    "host path": (
        deployment(),
        deployment(pod={"volumes": [{"name": "x", "hostPath": {"path": "/"}}]}),
        ["pod-security-widened", "restarts-pods"],
    ),
    "less privileged": (deployment(securityContext={"privileged": True}), deployment(), ["restarts-pods"]),
    "secret changes": (SECRET, obj("Secret", "keys", data={"a": "digest:2"}), ["secret-changed"]),
    "secret gets a label": (SECRET, obj("Secret", "keys", data={"a": "digest:1"}, meta={"labels": {"a": "b"}}), []),
    "schedule": (cron(), cron(schedule="0 2 * * *"), ["schedule-changed"]),
    "time zone": (cron(), cron(timeZone="Europe/Berlin"), ["schedule-changed"]),
    "schedule stops": (cron(), cron(suspend=True), ["suspends"]),
    "autoscaler": (
        HPA,
        obj("HorizontalPodAutoscaler", "shop", api="autoscaling/v2", spec={"minReplicas": 3, "maxReplicas": 9}),
        ["autoscaling-changed"] * 2,
    ),
    "chart": (release(), release(chart={"spec": {"chart": "x", "version": "2"}}), ["source-changed"]),
    "release is suspended": (release(), release(suspend=True), ["suspends"]),
    "release is resumed": (release(suspend=True), release(), ["resumes"]),
    "pruning on": (kustomization("x", prune=False), kustomization("x"), ["turns-prune-on"]),
    "pruning off": (kustomization("x"), kustomization("x", prune=False), ["turns-prune-off"]),
    "pruning on in Argo CD": (application("x", automated={}), application("x", automated={"prune": True}), ["turns-prune-on"]),
    "hook": (None, job(annotations={"helm.sh/hook": "pre-upgrade"}), ["hook", "runs-job"]),
    "label": (obj("ConfigMap", "x"), obj("ConfigMap", "x", meta={"labels": {"team": "a"}}), []),
    "paused deployment": (
        deployment(image="a:1", spec={"paused": True}),
        deployment(image="a:2", spec={"paused": True}),
        ["image-changed"],
    ),
    "partition of a stateful set": (partitioned("a:1", 5), partitioned("a:2", 5), ["image-changed"]),
    "on delete of a daemon set": (agent("a:1", "OnDelete"), agent("a:2", "OnDelete"), ["image-changed", "restarts-on-delete"]),
    "daemon set": (agent("a:1"), agent("a:2"), ["image-changed", "restarts-pods"]),
    "image of a cron job": (cron_of("a:1"), cron_of("a:2"), ["image-changed"]),
    "image of a pod": (pod("a:1"), pod("a:2"), ["image-changed"]),
    "node of a pod": (pod("a:1"), pod("a:1", nodeName="n"), ["immutable-field"]),
    "selector of a daemon set": (
        agent("a:1"),
        deployment("agent", kind="DaemonSet", image="a:1", spec={"selector": {"matchLabels": {"a": "b"}}}),
        ["immutable-field"],
    ),
    "completions of a job": (job_of(completions=2), job_of(completions=3), ["immutable-field"]),
    "completions of an elastic job": (
        job_of(completions=2, parallelism=2, completionMode="Indexed"),
        job_of(completions=3, parallelism=3, completionMode="Indexed"),
        [],
    ),
    "parallelism of a job": (job_of(parallelism=1), job_of(parallelism=4), []),
    "service turns headless": (service(), service(clusterIP="None"), ["immutable-field"]),
    "address of what was an external name": (
        service(type="ExternalName", externalName="a.example"),
        service(clusterIP="10.0.0.2"),
        [],
    ),
    "class of a load balancer": (
        service(type="LoadBalancer", loadBalancerClass="a"),
        service(type="LoadBalancer", loadBalancerClass="b"),
        ["immutable-field"],
    ),
    "access mode of a claim": (claim(accessModes=["ReadWriteOnce"]), claim(accessModes=["ReadWriteMany"]), ["immutable-field"]),
    "attributes class of a claim": (claim(), claim(volumeAttributesClassName="gold"), []),
    "source of a volume": (
        obj("PersistentVolume", "disk", namespace="", spec={"nfs": {"path": "/a"}}),
        obj("PersistentVolume", "disk", namespace="", spec={"nfs": {"path": "/b"}}),
        ["immutable-field"],
    ),
    "frozen config thaws": (
        obj("ConfigMap", "x", immutable=True, data={"a": "1"}),
        obj("ConfigMap", "x", data={"a": "1"}),
        ["immutable-field"],
    ),
    "config freezes": (obj("ConfigMap", "x", data={"a": "1"}), obj("ConfigMap", "x", immutable=True, data={"a": "1"}), []),
    "priority": (
        obj("PriorityClass", "high", api="scheduling.k8s.io/v1", namespace="", value=1),
        obj("PriorityClass", "high", api="scheduling.k8s.io/v1", namespace="", value=2),
        ["immutable-field"],
    ),
    "handler of a runtime": (
        obj("RuntimeClass", "x", api="node.k8s.io/v1", namespace="", handler="runc"),
        obj("RuntimeClass", "x", api="node.k8s.io/v1", namespace="", handler="kata"),
        ["immutable-field"],
    ),
    "controller of an ingress class": (
        obj("IngressClass", "x", api="networking.k8s.io/v1", namespace="", spec={"controller": "a.io/a"}),
        obj("IngressClass", "x", api="networking.k8s.io/v1", namespace="", spec={"controller": "b.io/b"}),
        ["immutable-field"],
    ),
    "expansion of a storage class": (
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a"),
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a", allowVolumeExpansion=True),
        [],
    ),
    "scopes of a quota": (
        obj("ResourceQuota", "x", spec={"scopes": ["BestEffort"]}),
        obj("ResourceQuota", "x", spec={"scopes": ["Terminating"]}),
        ["immutable-field"],
    ),
    "file system group policy of a driver": (
        obj("CSIDriver", "x", api="storage.k8s.io/v1", namespace="", spec={"fsGroupPolicy": "None"}),
        obj("CSIDriver", "x", api="storage.k8s.io/v1", namespace="", spec={"fsGroupPolicy": "File"}),
        [],
    ),
    "external address": (service(), service(externalIPs=["203.0.113.7"]), ["exposure-widened"]),
    "source ranges go": (
        service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8"]),
        service(type="LoadBalancer"),
        ["exposure-widened"],
    ),
    "source ranges narrow": (
        service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8", "192.168.0.0/16"]),
        service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8"]),
        [],
    ),
    "policy lets in more": (policy(PEER), policy(PEER, {}), ["exposure-widened"]),
    "policy forgets from": (policy(PEER), policy({}), ["exposure-widened"]),
    "policy lets in less": (policy(PEER, {}), policy(PEER), ["traffic-refused"]),
    "policy no longer governs egress": (policy(PEER, types=["Ingress", "Egress"]), policy(PEER), ["exposure-widened"]),
    "policy starts to govern egress": (policy(PEER), policy(PEER, types=["Ingress", "Egress"]), ["traffic-refused"]),
    "cluster role joins another": (
        role(READ, kind="ClusterRole"),
        obj(
            "ClusterRole",
            "ops",
            api="rbac.authorization.k8s.io/v1",
            meta={"labels": {"rbac.authorization.k8s.io/aggregate-to-admin": "true"}},
            rules=[READ],
        ),
        ["rbac-widened"],
    ),
    "application is no longer synced": (application("x", automated={}), application("x"), ["suspends"]),
    "application is synced again": (application("x", automated={"enabled": False}), application("x", automated={}), ["resumes"]),
    "application goes": (application("x"), None, ["uninstalls"]),
}
