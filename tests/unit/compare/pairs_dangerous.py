"""Changes that are one line in a manifest and an outage in a cluster: before, after, and what is to be predicted."""

from __future__ import annotations

from typing import Any

from checker.model.objects import KubeObject
from tests.unit.compare.make import application, deployment, obj
from tests.unit.compare.pairs import (
    BUDGET,
    HPA,
    READ,
    Pair,
    binding,
    claim,
    cron,
    definition,
    job_of,
    pod,
    policy,
    release,
    role,
    service,
    stateful,
)


def volume(**spec: Any) -> KubeObject:
    return obj("PersistentVolume", "disk", namespace="", spec=spec)


def budget(**spec: Any) -> KubeObject:
    return obj("PodDisruptionBudget", "shop", api="policy/v1", spec=spec)


def webhook(
    policy: str | None = None, *, kind: str = "ValidatingWebhookConfiguration", names: tuple[str, ...] = ("a.example",)
) -> KubeObject:
    hooks = [{"name": name, **({"failurePolicy": policy} if policy else {})} for name in names]
    return obj(kind, "guard", api="admissionregistration.k8s.io/v1", namespace="", webhooks=hooks)


def admission_binding(*actions: str) -> KubeObject:
    spec = {"policyName": "x", "validationActions": [*actions]}
    return obj("ValidatingAdmissionPolicyBinding", "x", api="admissionregistration.k8s.io/v1", namespace="", spec=spec)


def constraint(action: str) -> KubeObject:
    return obj("K8sRequiredLabels", "x", api="constraints.gatekeeper.sh/v1beta1", namespace="", spec={"enforcementAction": action})


def kyverno(action: str) -> KubeObject:
    return obj("ClusterPolicy", "x", api="kyverno.io/v1", namespace="", spec={"validationFailureAction": action})


def labelled_namespace(level: str = "") -> KubeObject:
    labels = {"pod-security.kubernetes.io/enforce": level} if level else {}
    return obj("Namespace", "shop", namespace="", meta={"labels": labels})


def account(role: str) -> KubeObject:
    return obj("ServiceAccount", "shop", meta={"annotations": {"eks.amazonaws.com/role-arn": role}})


def quota(cpu: str) -> KubeObject:
    return obj("ResourceQuota", "shop", spec={"hard": {"requests.cpu": cpu}})


def default_class(mark: str) -> KubeObject:
    annotations = {"storageclass.kubernetes.io/is-default-class": mark}
    return obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a", meta={"annotations": annotations})


def kept(**annotations: str) -> KubeObject:
    return obj("ConfigMap", "x", meta={"annotations": annotations})


def with_finalizers(*names: str) -> KubeObject:
    return obj("ConfigMap", "x", meta={"finalizers": [*names]})


def routed(*paths: str, ingress_class: str = "", tls: bool = False) -> KubeObject:
    spec: dict[str, Any] = {"rules": [{"host": "a", "http": {"paths": [{"path": path} for path in paths]}}]}
    spec |= {"ingressClassName": ingress_class} if ingress_class else {}
    spec |= {"tls": [{"hosts": ["a"], "secretName": "cert"}]} if tls else {}
    return obj("Ingress", "shop", api="networking.k8s.io/v1", spec=spec)


def balanced(**annotations: str) -> KubeObject:
    return obj("Service", "shop", meta={"annotations": annotations}, spec={"type": "LoadBalancer", "selector": {"app": "shop"}})


def assigned(project: str, server: str = "https://a.example") -> KubeObject:
    made = application("x", automated={})
    made.body["spec"] |= {"project": project, "destination": {"server": server}}  # type: ignore[operator]
    return made


def owning(*finalizers: str) -> KubeObject:
    return application("x", meta={"finalizers": [*finalizers]}, automated={})


PINNED = "a@sha256:" + "0" * 64
DELETES = {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}, "volumeClaimTemplates": [{"metadata": {"name": "d"}}]}
CASCADE = "resources-finalizer.argocd.argoproj.io"
API = obj("APIService", "v1beta1.metrics.k8s.io", api="apiregistration.k8s.io/v1", namespace="", spec={"group": "metrics.k8s.io"})
SOURCE = {"api": "source.toolkit.fluxcd.io/v1", "namespace": "flux-system"}
ROOTLESS = {"securityContext": {"runAsNonRoot": True}}
EXTERNAL = {"api": "external-secrets.io/v1"}

DANGEROUS: dict[str, Pair] = {
    "reclaim policy deletes": (
        volume(persistentVolumeReclaimPolicy="Retain"),
        volume(persistentVolumeReclaimPolicy="Delete"),
        ["reclaim-changed"],
    ),
    "reclaim policy is written out": (volume(), volume(persistentVolumeReclaimPolicy="Retain"), []),
    "claims go with their stateful set from now on": (
        stateful(),
        stateful(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}),
        ["reclaim-changed"],
    ),
    "claims of pods that go": (stateful(replicas=3, **DELETES), stateful(replicas=1, **DELETES), ["deletes-data", "scaled"]),
    "size of a claim template": (
        stateful(volumeClaimTemplates=[{"metadata": {"name": "d"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}]),
        stateful(volumeClaimTemplates=[{"metadata": {"name": "d"}, "spec": {"resources": {"requests": {"storage": "2Gi"}}}}]),
        ["immutable-field"],
    ),
    "limit of a claim": (claim(), claim(resources={"requests": {"storage": "1Gi"}, "limits": {"storage": "2Gi"}}), ["immutable-field"]),
    "node affinity for a volume that has none": (volume(), volume(nodeAffinity={"required": {}}), []),
    "another node affinity of a volume": (
        volume(nodeAffinity={"required": {"nodeSelectorTerms": [{"matchFields": []}]}}),
        volume(nodeAffinity={"required": {"nodeSelectorTerms": []}}),
        ["immutable-field"],
    ),
    "default storage class goes": (default_class("true"), default_class("false"), ["default-changed"]),
    "default priority": (
        obj("PriorityClass", "high", api="scheduling.k8s.io/v1", namespace="", value=1),
        obj("PriorityClass", "high", api="scheduling.k8s.io/v1", namespace="", value=1, globalDefault=True),
        ["default-changed"],
    ),
    "binding mode is written out": (
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a"),
        obj("StorageClass", "x", api="storage.k8s.io/v1", namespace="", provisioner="a", volumeBindingMode="Immediate"),
        [],
    ),
    "budget blocks every drain": (BUDGET, budget(maxUnavailable=0), ["blocks-drains"]),
    "budget of all pods": (None, budget(minAvailable="100%"), ["blocks-drains"]),
    "budget is loosened": (budget(minAvailable=2), budget(minAvailable=1), ["disruption-budget-changed"]),
    "autoscaler goes": (HPA, None, ["autoscaling-changed", "pruned"]),
    "all pods at once": (
        deployment(image="a:1", spec={"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}),
        deployment(image="a:2", spec={"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}),
        ["image-changed", "recreates-pods-at-once", "restarts-pods"],
    ),
    "digest to tag": (deployment(image=PINNED), deployment(image="a:2"), ["image-changed", "image-unpinned", "restarts-pods"]),
    "node selector": (deployment(), deployment(pod={"nodeSelector": {"disk": "ssd"}}), ["placement-changed", "restarts-pods"]),
    "what the server fills in is written out": (deployment(), deployment(pod={"dnsPolicy": "ClusterFirst"}), []),
    "webhook must answer": (webhook("Ignore"), webhook("Fail"), ["admission-blocks"]),
    "webhook that must answer by default": (None, webhook(), ["admission-blocks"]),
    "webhook may be passed over": (webhook(), webhook("Ignore"), ["admission-weakened"]),
    "webhook goes": (webhook("Fail"), None, ["admission-weakened", "pruned"]),
    "one webhook of two goes": (webhook(names=("a.example", "b.example")), webhook(), ["admission-weakened"]),
    "admission policy only warns": (admission_binding("Deny"), admission_binding("Warn", "Audit"), ["admission-weakened"]),
    "admission policy denies": (None, admission_binding("Deny"), ["admission-blocks"]),
    "constraint only reports": (constraint("deny"), constraint("dryrun"), ["admission-weakened"]),
    "Kyverno policy only reports": (kyverno("Enforce"), kyverno("Audit"), ["admission-weakened"]),
    "part of the API goes": (API, None, ["deletes-api"]),
    "namespace enforces less": (labelled_namespace("restricted"), labelled_namespace("baseline"), ["pod-security-widened"]),
    "namespace enforces nothing": (labelled_namespace("baseline"), labelled_namespace(), ["pod-security-widened"]),
    "namespace enforces more": (labelled_namespace(), labelled_namespace("restricted"), []),
    "root is allowed": (deployment(**ROOTLESS), deployment(), ["pod-security-widened", "restarts-pods"]),
    "host port": (deployment(), deployment(ports=[{"containerPort": 80, "hostPort": 80}]), ["pod-security-widened", "restarts-pods"]),
    "no seccomp profile": (
        deployment(),
        deployment(pod={"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
        ["pod-security-widened", "restarts-pods"],
    ),
    "identity at the cloud": (account("a"), account("b"), ["identity-changed"]),
    "service account of pods": (deployment(), deployment(pod={"serviceAccountName": "ops"}), ["identity-changed", "restarts-pods"]),
    "binding goes": (binding("a"), None, ["pruned", "rbac-narrowed"]),
    "role goes": (role(READ), None, ["pruned"]),
    "quota is lowered": (quota("4"), quota("2"), ["quota-lowered"]),
    "quota is raised": (quota("2"), quota("4000m"), []),
    "cron job goes": (cron(), None, ["deletes-workload"]),
    "external secret goes": (obj("ExternalSecret", "x", **EXTERNAL, spec={"target": {"name": "keys"}}), None, ["deletes-secret"]),
    "external secret leaves its secret": (
        obj("ExternalSecret", "x", **EXTERNAL, spec={"target": {"creationPolicy": "Orphan"}}),
        None,
        ["pruned"],
    ),
    "sealed secret goes": (obj("SealedSecret", "x", api="bitnami.com/v1alpha1"), None, ["deletes-secret"]),
    "port of a service goes": (
        service(ports=[{"port": 80}, {"port": 53, "protocol": "UDP"}]),
        service(ports=[{"port": 80, "targetPort": 8080}]),
        ["address-lost"],
    ),
    "service stays headless": (service(clusterIP="None"), service(), ["not-applied"]),
    "address family of a service": (service(ipFamilies=["IPv4"]), service(ipFamilies=["IPv6"]), ["immutable-field"]),
    "load balancer faces outside": (
        balanced(**{"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}),
        balanced(),
        ["exposure-widened"],
    ),
    "class of an ingress": (routed("/", ingress_class="a"), routed("/", ingress_class="b"), ["address-lost"]),
    "path of an ingress goes": (routed("/", "/api"), routed("/"), ["address-lost"]),
    "certificate of an ingress goes": (routed("/", tls=True), routed("/"), ["address-lost"]),
    "everything is refused": (None, policy(), ["traffic-refused"]),
    "policy selects other pods": (
        policy(),
        obj(
            "NetworkPolicy",
            "shop",
            api="networking.k8s.io/v1",
            spec={"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]},
        ),
        ["exposure-widened"],
    ),
    "definition no longer lists a version": (definition("v1", "v2"), definition("v2"), ["crd-version-removed"]),
    "placement of a suspended job": (
        job_of(suspend=True),
        job_of(suspend=True, template={"spec": {"containers": [{"name": "a", "image": "a"}], "nodeSelector": {"a": "b"}}}),
        ["placement-changed"],
    ),
    "placement of a running job": (
        job_of(),
        job_of(template={"spec": {"containers": [{"name": "a", "image": "a"}], "nodeSelector": {"a": "b"}}}),
        ["immutable-field", "placement-changed"],
    ),
    "toleration more of a pod": (pod("a"), pod("a", tolerations=[{"key": "x"}]), []),
    "toleration less of a pod": (pod("a", tolerations=[{"key": "x"}]), pod("a"), ["immutable-field"]),
    "nearer deadline of a pod": (pod("a", activeDeadlineSeconds=9), pod("a", activeDeadlineSeconds=5), []),
    "later deadline of a pod": (pod("a", activeDeadlineSeconds=5), pod("a", activeDeadlineSeconds=9), ["immutable-field"]),
    "grace period of a pod": (pod("a"), pod("a", terminationGracePeriodSeconds=5), ["immutable-field"]),
    "type of a secret is written out": (obj("Secret", "x"), obj("Secret", "x", type="Opaque"), []),
    "name of a release": (release(), release(releaseName="y"), ["reinstalls"]),
    "name of a release is written out": (release(), release(releaseName="x"), []),
    "target namespace of a release": (release(), release(targetNamespace="y", releaseName="x"), ["reinstalls"]),
    "another chart": (release(), release(chart={"spec": {"chart": "y", "version": "1"}}), ["reinstalls", "source-changed"]),
    "another chart in place": (
        release(upgrade={"chartNameChangeStrategy": "InPlaceUpdate"}),
        release(upgrade={"chartNameChangeStrategy": "InPlaceUpdate"}, chart={"spec": {"chart": "y", "version": "1"}}),
        ["source-changed"],
    ),
    "source is suspended": (
        obj("GitRepository", "x", **SOURCE, spec={"url": "a"}),
        obj("GitRepository", "x", **SOURCE, spec={"url": "a", "suspend": True}),
        ["suspends"],
    ),
    "project": (assigned("a"), assigned("b"), ["project-changed"]),
    "destination": (assigned("a"), assigned("a", "https://b.example"), ["destination-changed"]),
    "application deletes with itself": (owning(), owning(CASCADE), ["deletion-changed"]),
    "application no longer deletes with itself": (owning(f"{CASCADE}/background"), owning(), ["deletion-changed"]),
    "finalizer": (with_finalizers(), with_finalizers("a.example/x"), ["deletion-changed"]),
    "finalizer goes": (with_finalizers("a.example/x"), with_finalizers(), ["deletion-changed"]),
    "becomes a hook": (
        job_of(),
        obj("Job", "x", api="batch/v1", meta={"annotations": {"helm.sh/hook": "pre-upgrade"}}, spec=job_of().body["spec"]),
        ["hook"],
    ),
}
