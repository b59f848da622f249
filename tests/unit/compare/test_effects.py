"""Before and after of an object -> the effects predicted. The facts are Kubernetes' own, cited at the tables in the code."""

from __future__ import annotations

from typing import Any

import pytest

from checker.compare import EFFECTS
from checker.model.diff import ObjectDiff
from checker.model.findings import Severity
from checker.model.objects import KubeObject
from checker.model.units import Controller
from tests.unit.compare.make import application, compared, deployment, kustomization, obj, one, unit


def ids(diff: ObjectDiff) -> list[str]:
    return sorted(effect.id for effect in diff.effects)


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

PAIRS: dict[str, tuple[KubeObject | None, KubeObject | None, list[str]]] = {
    "image": (deployment(image="a:1"), deployment(image="a:2"), ["image-changed", "restarts-pods"]),
    "template label": (deployment(), deployment(pod={"priorityClassName": "high"}), ["restarts-pods"]),
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
    "role says less": (role(ALL), role(READ), []),
    "role says the same otherwise": (role(ALL), role(ALL, READ), []),
    "new role": (None, role(READ), ["rbac-widened"]),
    "binding gains a group": (binding("a"), binding("a", "b"), ["rbac-widened"]),
    "binding loses a group": (binding("a", "b"), binding("a"), []),
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
    "policy lets in less": (policy(PEER, {}), policy(PEER), []),
    "policy no longer governs egress": (policy(PEER, types=["Ingress", "Egress"]), policy(PEER), ["exposure-widened"]),
    "policy starts to govern egress": (policy(PEER), policy(PEER, types=["Ingress", "Egress"]), []),
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

_W = "https://kubernetes.io/docs/concepts/workloads"
_API = "https://kubernetes.io/docs/reference/kubernetes-api"
_NET = "https://kubernetes.io/docs/concepts/services-networking"
_STORE = "https://kubernetes.io/docs/concepts/storage"
_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac"
_CONF = "https://kubernetes.io/docs/concepts/configuration"
_FLUX = "https://fluxcd.io/flux/components"
_ARGO = "https://argo-cd.readthedocs.io/en/stable"
SOURCES: dict[str, str] = {
    "image": f"{_W}/controllers/deployment/#updating-a-deployment",
    "template label": f"{_W}/controllers/deployment/#updating-a-deployment",
    "recreate": f"{_W}/controllers/deployment/#recreate-deployment",
    "paused deployment": f"{_W}/controllers/deployment/#pausing-and-resuming-a-deployment",
    "selector of a deployment": f"{_W}/controllers/deployment/#label-selector-updates",
    "scaled": f"{_W}/controllers/deployment/#scaling-a-deployment",
    "scaled from the default": f"{_W}/controllers/deployment/#replicas",
    "on delete": f"{_W}/controllers/statefulset/#on-delete",
    "partition of a stateful set": f"{_W}/controllers/statefulset/#partitions",
    "service name of a stateful set": f"{_API}/workload-resources/stateful-set-v1/",
    "claims of a stateful set": f"{_API}/workload-resources/stateful-set-v1/",
    "minReadySeconds of a stateful set": f"{_W}/controllers/statefulset/#minimum-ready-seconds",
    "stateful set goes": f"{_W}/controllers/statefulset/#limitations",
    "stateful set goes with its claims": f"{_W}/controllers/statefulset/#persistentvolumeclaim-retention",
    "daemon set": "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#daemonset-update-strategy",
    "on delete of a daemon set": "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#daemonset-update-strategy",
    "selector of a daemon set": f"{_W}/controllers/daemonset/#pod-selector",
    "image of a pod": f"{_W}/pods/#pod-update-and-replacement",
    "node of a pod": f"{_W}/pods/#pod-update-and-replacement",
    "template of a job": f"{_API}/workload-resources/job-v1/",
    "completions of a job": f"{_W}/controllers/job/#elastic-indexed-jobs",
    "completions of an elastic job": f"{_W}/controllers/job/#elastic-indexed-jobs",
    "image of a cron job": f"{_W}/controllers/cron-jobs/#modifying-a-cronjob",
    "time zone": f"{_W}/controllers/cron-jobs/#time-zones",
    "schedule stops": f"{_W}/controllers/cron-jobs/#schedule-suspension",
    "role reference": f"{_RBAC}/#clusterrolebinding-example",
    "role gains everything": f"{_RBAC}/#referring-to-resources",
    "cluster role joins another": f"{_RBAC}/#aggregated-clusterroles",
    "claim grows": f"{_STORE}/persistent-volumes/#expanding-persistent-volumes-claims",
    "claim shrinks": f"{_STORE}/persistent-volumes/#expanding-persistent-volumes-claims",
    "attributes class of a claim": f"{_STORE}/volume-attributes-classes/",
    "volume goes": f"{_STORE}/persistent-volumes/#delete",
    "kept volume goes": f"{_STORE}/persistent-volumes/#retain",
    "claim goes": f"{_STORE}/persistent-volumes/#reclaiming",
    "frozen config": f"{_CONF}/configmap/#configmap-immutable",
    "frozen config thaws": f"{_CONF}/configmap/#configmap-immutable",
    "cluster address": f"{_NET}/cluster-ip-allocation/",
    "class of a load balancer": f"{_NET}/service/#load-balancer-class",
    "load balancer": f"{_NET}/service/#publishing-services-service-types",
    "node port": f"{_NET}/service/#type-nodeport",
    "external address": f"{_NET}/service/#external-ips",
    "source ranges go": f"{_API}/service-resources/service-v1/",
    "policy lets in more": f"{_NET}/network-policies/#networkpolicy-resource",
    "policy forgets from": f"{_NET}/network-policies/#allow-all-ingress-traffic",
    "policy no longer governs egress": f"{_NET}/network-policies/#the-two-sorts-of-pod-isolation",
    "network policy goes": f"{_NET}/network-policies/#the-two-sorts-of-pod-isolation",
    "budget goes": "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets",
    "namespace goes": "https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace",
    "definition goes": "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#delete-a-customresourcedefinition",
    "version of a definition": "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/",
    "priority": f"{_API}/workload-resources/priority-class-v1/",
    "file system group policy of a driver": f"{_API}/config-and-storage-resources/csi-driver-v1/",
    "privileged": "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    "host network": "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    "host path": f"{_STORE}/volumes/#hostpath",
    "pruning on": f"{_FLUX}/kustomize/kustomizations/#prune",
    "pruning off": f"{_FLUX}/kustomize/kustomizations/#prune",
    "release is suspended": f"{_FLUX}/helm/helmreleases/#suspend",
    "release is resumed": f"{_FLUX}/helm/helmreleases/#suspend",
    "release goes": f"{_FLUX}/helm/helmreleases/#uninstall-configuration",
    "pruning on in Argo CD": f"{_ARGO}/user-guide/auto_sync/#automatic-pruning",
    "application is no longer synced": f"{_ARGO}/user-guide/auto_sync/",
    "application is synced again": f"{_ARGO}/user-guide/auto_sync/",
    "hook": f"{_ARGO}/user-guide/helm/#helm-hooks",
}
"""Where what the pair expects is documented; the others follow from the manifest alone."""


@pytest.mark.parametrize("name", list(PAIRS))
def test_effects_of_a_pair(name: str) -> None:
    before, after, expected = PAIRS[name]
    diff = one(before, after)
    found = [effect for effect in ids(diff) if not (effect == "requests-changed" and "requests-changed" not in expected)]
    assert found == sorted(expected)
    for effect in diff.effects:
        assert effect.message


def test_what_is_predicted_is_documented() -> None:
    assert SOURCES.keys() <= PAIRS.keys()
    documented = ("https://kubernetes.io/docs/", "https://fluxcd.io/flux/", "https://argo-cd.readthedocs.io/")
    assert all(address.startswith(documented) for address in SOURCES.values())
    assert {effect for _, _, expected in PAIRS.values() for effect in expected} | _ELSEWHERE == EFFECTS.keys()


_ELSEWHERE = {
    "breaks-reference",
    "config-not-reloaded",
    "held-back",
    "kind-changed",
    "moved-owner",
    "not-applied",
    "orphaned",
    "replaced",
    "replicas-fought-over",
    "requests-total",
    "service-without-pods",
    "two-owners",
}
"""Effects that need more than a pair to show: their tests are below and in `test_compare`."""


def test_every_effect_is_of_the_catalogue_and_explained() -> None:
    for name, kind in EFFECTS.items():
        assert kind.id == name
        assert kind.title
        assert kind.explanation.endswith(".")
        assert not kind.link or kind.link.startswith("https://")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (deployment(replicas=2), deployment(replicas=2, **REQUESTS), "requests +200m CPU +128Mi memory"),
        (deployment(replicas=4, **REQUESTS), deployment(replicas=2, **REQUESTS), "requests -200m CPU -128Mi memory"),
        (deployment(replicas=1), deployment(replicas=1, resources={"limits": {"cpu": "2"}}), "requests +2 CPU"),
        (deployment(replicas=1, **REQUESTS), None, "requests -100m CPU -64Mi memory"),
        (
            deployment(replicas=1, **REQUESTS),
            deployment(replicas=1, **REQUESTS, pod={"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "1"}}}]}),
            "requests +900m CPU",
        ),
    ],
)
def test_requests_in_words(before: KubeObject, after: KubeObject | None, words: str) -> None:
    assert words in [effect.message for effect in one(before, after).effects if effect.id == "requests-changed"]


def test_the_total_of_an_environment() -> None:
    base, head = unit(deployment(replicas=1, **REQUESTS)), unit(deployment(replicas=3, **REQUESTS))
    (effect,) = compared([base], [head]).environments[0].effects
    assert effect.message == "requests in total: CPU 100m -> 300m, memory 64Mi -> 192Mi, pods 1 -> 3"


def test_the_total_tells_of_pods_that_request_nothing() -> None:
    (effect,) = compared([unit(deployment(replicas=1))], [unit(deployment(replicas=4))]).environments[0].effects
    assert effect.message == "requests in total: pods 1 -> 4"


def test_a_deleted_config_that_is_still_read_breaks_its_reader() -> None:
    reader = deployment(envFrom=[{"configMapRef": {"name": "settings"}}])
    diff = one(obj("ConfigMap", "settings"), None, reader)
    assert "breaks-reference" in ids(diff)
    assert "Deployment shop still refers to ConfigMap settings" in diff.effects[0].message


def test_an_optional_reference_breaks_nothing() -> None:
    reader = deployment(envFrom=[{"configMapRef": {"name": "settings", "optional": True}}])
    assert "breaks-reference" not in ids(one(obj("ConfigMap", "settings"), None, reader))


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ({"envFrom": [{"configMapRef": {"name": "settings"}}]}, True),
        ({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]}, True),
        (
            {
                "volumeMounts": [{"name": "v", "mountPath": "/a", "subPath": "a"}],
                "pod": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]},
            },
            True,
        ),
        (
            {"volumeMounts": [{"name": "v", "mountPath": "/a"}], "pod": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}},
            False,
        ),
    ],
)
def test_who_keeps_an_old_configuration(reader: dict[str, Any], expected: bool) -> None:
    diff = one(obj("ConfigMap", "settings", data={"a": "1"}), obj("ConfigMap", "settings", data={"a": "2"}), deployment(**reader))
    assert ("config-not-reloaded" in ids(diff)) is expected


def test_a_new_config_name_restarts_and_says_why() -> None:
    def mounting(name: str) -> KubeObject:
        return deployment(pod={"volumes": [{"name": "v", "configMap": {"name": name}}]})

    messages = [effect.message for effect in one(mounting("x-bcdfghkmt2"), mounting("x-999fghkmt2")).effects]
    assert messages == ["restarts 2 pods, because x-999fghkmt2 is a new configuration"]


def test_an_autoscaler_fights_over_replicas() -> None:
    target = {"kind": "Deployment", "name": "shop"}
    scaler = obj("HorizontalPodAutoscaler", "x", api="autoscaling/v2", spec={"scaleTargetRef": target, "maxReplicas": 3})
    assert "replicas-fought-over" in ids(one(deployment(replicas=2), deployment(replicas=4), scaler))


def test_a_selector_that_selects_nothing() -> None:
    diff = one(service(), service(selector={"app": "gone"}), deployment())
    assert "service-without-pods" in ids(diff)


def test_another_kind_takes_the_name_over() -> None:
    comparison = compared([unit(deployment())], [unit(deployment(kind="StatefulSet"))])
    effects = [effect.id for diff in comparison.environments[0].units[0].objects for effect in diff.effects]
    assert "kind-changed" in effects


@pytest.mark.parametrize(
    ("controller", "declaration", "meta"),
    [
        (Controller.FLUX_KUSTOMIZATION, kustomization("shop", force=True), {}),
        (Controller.FLUX_KUSTOMIZATION, kustomization("shop"), {"annotations": {"kustomize.toolkit.fluxcd.io/force": "Enabled"}}),
        (Controller.ARGOCD_APPLICATION, application("shop", syncOptions=["Force=true"]), {}),
        (
            Controller.ARGOCD_APPLICATION,
            application("shop"),
            {"annotations": {"argocd.argoproj.io/sync-options": "Replace=true, Force=true"}},
        ),
    ],
)
def test_a_forced_change_replaces(controller: Controller, declaration: KubeObject, meta: dict[str, Any]) -> None:
    before, after = job("a:1", **meta), job("a:2", **meta)
    base = unit(before, controller=controller, declaration=declaration)
    head = unit(after, controller=controller, declaration=declaration)
    found = ids(compared([base], [head]).environments[0].units[0].objects[0])
    assert "replaced" in found
    assert "immutable-field" not in found


def test_helm_forces_by_replacing_which_the_api_server_refuses_all_the_same() -> None:
    forced = release(upgrade={"force": True})
    base = unit(job("a:1"), controller=Controller.FLUX_HELMRELEASE, declaration=forced)
    head = unit(job("a:2"), controller=Controller.FLUX_HELMRELEASE, declaration=forced)
    assert "immutable-field" in ids(compared([base], [head]).environments[0].units[0].objects[0])


@pytest.mark.parametrize(
    ("controller", "mark", "refused"),
    [
        (Controller.ARGOCD_APPLICATION, "argocd.argoproj.io/hook", False),
        (Controller.ARGOCD_APPLICATION, "helm.sh/hook", False),
        (Controller.FLUX_HELMRELEASE, "helm.sh/hook", False),
        (Controller.FLUX_KUSTOMIZATION, "helm.sh/hook", True),
    ],
)
def test_a_hook_is_made_anew_by_who_runs_hooks(controller: Controller, mark: str, refused: bool) -> None:
    declaration = {Controller.ARGOCD_APPLICATION: application("shop"), Controller.FLUX_HELMRELEASE: release()}.get(
        controller, kustomization("shop")
    )
    before, after = (job(image, annotations={mark: "PreSync"}) for image in ("a:1", "a:2"))
    base = unit(before, controller=controller, declaration=declaration)
    head = unit(after, controller=controller, declaration=declaration)
    assert ("immutable-field" in ids(compared([base], [head]).environments[0].units[0].objects[0])) is refused


def test_a_job_that_cleans_up_after_itself_may_be_gone() -> None:
    def cleaning(image: str) -> KubeObject:
        made = job(image)
        made.body["spec"]["ttlSecondsAfterFinished"] = 60  # type: ignore[index,call-overload]
        return made

    (found,) = (effect for effect in one(cleaning("a:1"), cleaning("a:2")).effects if effect.id == "immutable-field")
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("mark", [{"reconcile": "disabled"}, {"ssa": "Ignore"}, {"ssa": "IfNotPresent"}])
def test_what_flux_leaves_alone(mark: dict[str, str]) -> None:
    meta = {"annotations": {f"kustomize.toolkit.fluxcd.io/{name}": value for name, value in mark.items()}}
    before, after = obj("ConfigMap", "x", meta=meta, data={"a": "1"}), obj("ConfigMap", "x", meta=meta, data={"a": "2"})
    flux = {"controller": Controller.FLUX_KUSTOMIZATION, "declaration": kustomization("shop")}
    comparison = compared([unit(before, **flux)], [unit(after, **flux)])  # type: ignore[arg-type]
    assert "not-applied" in ids(comparison.environments[0].units[0].objects[0])


def test_ignored_differences_count_only_where_they_are_respected() -> None:
    ignoring = [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]

    def declared(*options: str) -> KubeObject:
        found = application("shop", syncOptions=[*options])
        found.body["spec"]["ignoreDifferences"] = ignoring  # type: ignore[index,call-overload]
        return found

    def diff(*options: str) -> ObjectDiff:
        argo = {"controller": Controller.ARGOCD_APPLICATION, "declaration": declared(*options)}
        comparison = compared([unit(deployment(replicas=1), **argo)], [unit(deployment(replicas=2), **argo)])  # type: ignore[arg-type]
        return comparison.environments[0].units[0].objects[0]

    assert not diff().is_noise
    assert diff("RespectIgnoreDifferences=true").is_noise


def test_the_worst_effect_comes_first() -> None:
    before = deployment(image="a:1")
    after = deployment(image="a:2", spec={"selector": {"matchLabels": {"app": "other"}}})
    severities = [effect.severity for effect in one(before, after).effects]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] is Severity.ERROR
