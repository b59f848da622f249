"""Where what a pair expects is written down. The pairs that are missing here follow from the manifest alone.

`says` is what the source was found to say when it was read, in our own words, and `read` the version that was read: the source
code of Kubernetes (validation, controllers, admission, comments on API fields), the documentation kept beside the code of Flux and
Argo CD, or pages of kubernetes.io. An entry without them cites a page that nobody read for this table.
"""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    page: str
    says: str = ""
    read: str = ""


_K8S, _API_READ, _DEPLOYMENT, _OLD = "Kubernetes 1.36.3", "k8s.io/api 0.36.3", "kubernetes/website c24f62c", "kubernetes/website 0189ae0"
_FLUX_HELM, _FLUX_KUSTOMIZE, _ARGO_READ = "helm-controller 1.6.3", "kustomize-controller 1.9.4", "Argo CD 3.6.0"
_DOCS = "https://kubernetes.io/docs"
_W = f"{_DOCS}/concepts/workloads"
_NET = f"{_DOCS}/concepts/services-networking"
_STORE = f"{_DOCS}/concepts/storage"
_CODE = "https://github.com/kubernetes/kubernetes/blob/v1.36.3"
_TYPES = "https://github.com/kubernetes/api/blob/v0.36.3"
_CRD = "https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.3"
_PSA = "https://github.com/kubernetes/pod-security-admission/blob/v0.36.3"
_RELEASE = "https://fluxcd.io/flux/components/helm/helmreleases"
_KUSTOMIZATION = "https://fluxcd.io/flux/components/kustomize/kustomizations"
_ARGO = "https://argo-cd.readthedocs.io/en/stable/user-guide"


def _validation(group: str, says: str) -> Source:
    return Source(f"{_CODE}/pkg/apis/{group}/validation/validation.go", says, _K8S)


def _field(file: str, says: str) -> Source:
    return Source(f"{_TYPES}/{file}/types.go", says, _API_READ)


_STATEFUL = "ValidateStatefulSetUpdate: all but replicas, ordinals, template, updateStrategy, retention, history, minReadySeconds"
_JOB = "ValidateJobSpecUpdate: selector, template, completionMode, failure and success policy, managedBy are compared with the old"
_POD = "ValidatePodUpdate: images, a nearer deadline, more tolerations, fewer gates; all else is forbidden"
_CLAIM = "ValidatePersistentVolumeClaimUpdate: the spec is frozen but for requested storage and the attributes class"
_FROZEN = "ValidateConfigMapUpdate: where the old one is immutable, data and the mark itself must stay"
_SERVICE = "ValidateServiceUpdate: the first cluster IP and its family stay unless the type is or was ExternalName"
_CLASS = "ValidateStorageClassUpdate: parameters, provisioner, reclaimPolicy and volumeBindingMode only"
_RETENTION = "whenDeleted and whenScaled default to Retain; with Delete the claims of the set, or of excess pods, are deleted"
_ISOLATION = "traffic is let in where no policy selects the pod, or some rule matches; a policy without rules lets nothing in"
_FAILURE = "failurePolicy: Fail makes the admission fail on an error of the call, Ignore passes over it; the default is Fail"

SOURCES: dict[str, Source] = {
    # workloads
    "image": Source(
        f"{_W}/controllers/deployment/#updating-a-deployment", "a rollout starts if and only if the template changes", _DEPLOYMENT
    ),
    "template label": Source(f"{_W}/controllers/deployment/#updating-a-deployment", "labels of the template count too", _DEPLOYMENT),
    "recreate": Source(f"{_CODE}/pkg/controller/deployment/recreate.go", "old sets go to zero before the new one is made", _K8S),
    "paused deployment": Source(
        f"{_CODE}/pkg/controller/deployment/deployment_controller.go", "a paused one is scaled and otherwise left alone", _K8S
    ),
    "selector of a deployment": Source(
        f"{_W}/controllers/deployment/#label-selector-updates", "in apps/v1 the selector cannot change after creation", _DEPLOYMENT
    ),
    "scaled": Source(f"{_W}/controllers/deployment/#updating-a-deployment", "scaling starts no rollout", _DEPLOYMENT),
    "scaled from the default": _field("apps/v1", "DeploymentSpec.replicas defaults to 1"),
    "on delete": _field("apps/v1", "OnDelete: pods are made anew from the spec when somebody deletes them"),
    "partition of a stateful set": _field("apps/v1", "pods from the last ordinal down to the partition are updated, those below stay"),
    "service name of a stateful set": _validation("apps", _STATEFUL),
    "claims of a stateful set": _validation("apps", _STATEFUL),
    "size of a claim template": _validation("apps", _STATEFUL),
    "minReadySeconds of a stateful set": _validation("apps", _STATEFUL),
    "replicas of a stateful set": _validation("apps", _STATEFUL),
    "stateful set goes": _field("apps/v1", _RETENTION),
    "stateful set goes with its claims": _field("apps/v1", _RETENTION),
    "claims go with their stateful set from now on": _field("apps/v1", _RETENTION),
    "claims of pods that go": _field("apps/v1", _RETENTION),
    "daemon set": _field("apps/v1", "RollingUpdate replaces old daemons one node after the other"),
    "on delete of a daemon set": _field("apps/v1", "OnDelete replaces an old daemon only when it is killed"),
    "selector of a daemon set": _validation("apps", "ValidateDaemonSetSpecUpdate: the selector is immutable"),
    "image of a pod": _validation("core", _POD),
    "node of a pod": _validation("core", _POD),
    "toleration more of a pod": _validation("core", _POD),
    "toleration less of a pod": _validation("core", _POD),
    "nearer deadline of a pod": _validation("core", _POD),
    "later deadline of a pod": _validation("core", _POD),
    "grace period of a pod": _validation("core", "ValidatePodUpdate: only a negative grace period may become 1, no other changes"),
    "template of a job": _validation("batch", _JOB),
    "completions of a job": _validation("batch", "validateCompletions: frozen unless the Job is indexed"),
    "completions of an elastic job": _validation("batch", "validateCompletions: an indexed Job's must equal its parallelism"),
    "placement of a suspended job": _validation("batch", "validatePodTemplateUpdate: node affinity, selector, tolerations, gates, marks"),
    "placement of a running job": _validation("batch", _JOB),
    "time zone": _field("batch/v1", "CronJobSpec.timeZone: an unknown one stops new Jobs"),
    "schedule stops": _field("batch/v1", "CronJobSpec.suspend stops later runs, not those that have started"),
    "digest to tag": Source(f"{_DOCS}/concepts/containers/images/#image-names"),
    "image of a cron job": Source(f"{_W}/controllers/cron-jobs/#modifying-a-cronjob"),
    # availability and admission
    "budget goes": Source(f"{_W}/pods/disruptions/#pod-disruption-budgets"),
    "budget blocks every drain": Source(
        f"{_DOCS}/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
        "maxUnavailable 0 or 0%, or minAvailable 100%, asks for no voluntary eviction: a drain never ends",
        _OLD,
    ),
    "budget of all pods": _field("policy/v1", "minAvailable 100% prevents every voluntary eviction"),
    "priority": _validation("scheduling", "ValidatePriorityClassUpdate: value and preemptionPolicy may not change"),
    "default priority": _field("scheduling/v1", "globalDefault: the priority of pods that name no class"),
    "webhook must answer": _field("admissionregistration/v1", _FAILURE),
    "webhook that must answer by default": _field("admissionregistration/v1", _FAILURE),
    "webhook may be passed over": _field("admissionregistration/v1", _FAILURE),
    "admission policy only warns": _field("admissionregistration/v1", "Deny refuses the request; Warn and Audit only tell of it"),
    "admission policy denies": _field("admissionregistration/v1", "Deny refuses the request; Warn and Audit only tell of it"),
    # rights
    "role reference": _validation("rbac", "ValidateRoleBindingUpdate: roleRef cannot change"),
    "role gains everything": _field("rbac/v1", "a star stands for all verbs, groups or resources"),
    "cluster role joins another": Source(
        f"{_CODE}/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go", "admin collects roles labelled aggregate-to-admin", _K8S
    ),
    "privileged": Source(f"{_DOCS}/concepts/security/pod-security-standards/#baseline", "privileged is not allowed by the baseline", _OLD),
    "host network": Source(f"{_DOCS}/concepts/security/pod-security-standards/#baseline", "nor are the node's namespaces", _OLD),
    "host path": Source(f"{_DOCS}/concepts/security/pod-security-standards/#baseline", "nor are paths of the node", _OLD),
    "host port": Source(f"{_DOCS}/concepts/security/pod-security-standards/#baseline", "nor are ports of the node", _OLD),
    "root is allowed": Source(f"{_DOCS}/concepts/security/pod-security-standards/#restricted", "restricted wants runAsNonRoot true", _OLD),
    "no seccomp profile": Source(
        f"{_PSA}/policy/check_seccompProfile_baseline.go", "only the runtime's default or a profile of the node is allowed", "0.36.3"
    ),
    "namespace enforces less": Source(
        f"{_PSA}/api/constants.go", "pod-security.kubernetes.io/enforce names one of privileged, baseline, restricted", "0.36.3"
    ),
    "namespace enforces nothing": Source(f"{_PSA}/api/helpers.go", "a label that is missing leaves the cluster's default", "0.36.3"),
    # storage
    "claim grows": _validation("core", _CLAIM),
    "claim shrinks": _validation("core", "ValidatePersistentVolumeClaimUpdate: not below what the volume has"),
    "limit of a claim": _validation("core", _CLAIM),
    "access mode of a claim": _validation("core", _CLAIM),
    "storage class of a claim": _validation(
        "core", "validateStorageClassUpgradeFromNil: only a claim that has none in the cluster takes one"
    ),
    "attributes class of a claim": _validation("core", _CLAIM),
    "source of a volume": _validation("core", "ValidatePersistentVolumeUpdate: the source is frozen"),
    "node affinity for a volume that has none": _validation("core", "ValidatePersistentVolumeUpdate: may be set where it is not"),
    "another node affinity of a volume": _validation("core", "ValidatePersistentVolumeUpdate: frozen once set"),
    "volume goes": Source(f"{_STORE}/persistent-volumes/#delete"),
    "kept volume goes": _field("core/v1", "persistentVolumeReclaimPolicy: Retain is the default of one made by hand"),
    "reclaim policy deletes": _field("core/v1", "Delete: the volume is deleted when its claim releases it"),
    "reclaim policy is written out": _field("core/v1", "Retain is the default of one made by hand"),
    "claim goes": Source(f"{_STORE}/persistent-volumes/#reclaiming"),
    "storage class": _validation("storage", _CLASS),
    "expansion of a storage class": _validation("storage", _CLASS),
    "binding mode is written out": _field("storage/v1", "volumeBindingMode unset means Immediate"),
    "default storage class goes": Source(
        f"{_CODE}/pkg/apis/storage/util/helpers.go", "the annotation storageclass.kubernetes.io/is-default-class marks the default", _K8S
    ),
    "file system group policy of a driver": _field("storage/v1", "fsGroupPolicy was immutable before 1.29 and is not since"),
    # configuration
    "frozen config": _validation("core", _FROZEN),
    "frozen config thaws": _validation("core", _FROZEN),
    "config freezes": _field("core/v1", "immutable may be set at any time while it is not true"),
    "type of a secret": _validation("core", "ValidateSecretUpdate: type is immutable"),
    "scopes of a quota": _validation("core", "ValidateResourceQuotaUpdate: scopes may not change"),
    # network
    "cluster address": _validation("core", _SERVICE),
    "service turns headless": _validation("core", _SERVICE),
    "address family of a service": _validation("core", _SERVICE),
    "address of what was an external name": _validation("core", _SERVICE),
    "cluster address left to the server": Source(
        f"{_CODE}/pkg/registry/core/service/storage/storage.go", "patchAllocatedValues: an address left out is kept from before", _K8S
    ),
    "service stays headless": Source(
        f"{_CODE}/pkg/registry/core/service/storage/storage.go", "patchAllocatedValues: None is kept in the same way", _K8S
    ),
    "class of a load balancer": _field("core/v1", "loadBalancerClass cannot change once set, and is wiped with the type"),
    "load balancer": _field("core/v1", "LoadBalancer: also by a load balancer outside of the cluster"),
    "node port": _field("core/v1", "NodePort: also on a port of every node"),
    "external address": _field("core/v1", "externalIPs: nodes take traffic for these addresses too"),
    "source ranges go": _field("core/v1", "loadBalancerSourceRanges limits the clients where the platform supports it"),
    "load balancer faces outside": Source(f"{_NET}/service/#internal-load-balancer"),
    "class of an ingress": _field("networking/v1", "ingressClassName: by it a controller knows whether to serve the Ingress"),
    "controller of an ingress class": _validation("networking", "validateIngressClassSpecUpdate: controller is immutable"),
    "policy lets in more": _field("networking/v1", _ISOLATION),
    "policy forgets from": _field("networking/v1", "from empty or missing matches every source"),
    "policy no longer governs egress": _field("networking/v1", "policyTypes: left out, egress counts only where there are egress rules"),
    "policy starts to govern egress": _field("networking/v1", "policyTypes with Egress and no rule: nothing goes out"),
    "everything is refused": _field("networking/v1", _ISOLATION),
    "policy selects other pods": _field("networking/v1", "podSelector: the rules hold for the pods that it selects"),
    "network policy goes": _field("networking/v1", _ISOLATION),
    # the cluster
    "namespace goes": Source(
        f"{_DOCS}/tasks/administer-cluster/namespaces/#deleting-a-namespace", "everything under the namespace is deleted", _OLD
    ),
    "definition goes": Source(f"{_CRD}/pkg/controller/finalizer/crd_finalizer.go", "every object of the kind is deleted first", "0.36.3"),
    "version of a definition": Source(
        f"{_CRD}/pkg/apis/apiextensions/validation/validation.go", "a version in status.storedVersions must stay in spec.versions", "0.36.3"
    ),
    "scope of a definition": Source(
        f"{_CRD}/pkg/apis/apiextensions/validation/validation.go",
        "scope and kind are frozen once established, group and plural always",
        "0.36.3",
    ),
    "handler of a runtime": _validation("node", "ValidateRuntimeClassUpdate: handler is immutable"),
    # Flux and Argo CD
    "pruning on": Source(
        f"{_KUSTOMIZATION}/#prune", "what was applied and is missing now is removed, where prune is true", _FLUX_KUSTOMIZE
    ),
    "pruning off": Source(
        f"{_KUSTOMIZATION}/#prune", "what was applied and is missing now is removed, where prune is true", _FLUX_KUSTOMIZE
    ),
    "release is suspended": Source(f"{_RELEASE}/#suspend", "no reconciliation: changes make no new release", _FLUX_HELM),
    "release is resumed": Source(f"{_RELEASE}/#suspend", "false or removed resumes it", _FLUX_HELM),
    "release goes": Source(f"{_RELEASE}/#handling-failed-uninstall", "the object goes once the uninstall has succeeded", _FLUX_HELM),
    "name of a release": Source(f"{_RELEASE}/#release-name", "another name uninstalls the release and installs a new one", _FLUX_HELM),
    "name of a release is written out": Source(f"{_RELEASE}/#release-name", "the default is the object's name", _FLUX_HELM),
    "target namespace of a release": Source(f"{_RELEASE}/#target-namespace", "another one uninstalls and installs anew", _FLUX_HELM),
    "another chart": Source(f"{_RELEASE}/#chart-template", "a chart of another name uninstalls the release first", _FLUX_HELM),
    "another chart in place": Source(f"{_RELEASE}/#upgrade-configuration", "chartNameChangeStrategy InPlaceUpdate does not", _FLUX_HELM),
    "pruning on in Argo CD": Source(
        f"{_ARGO}/auto_sync/#automatic-pruning", "an automated sync deletes nothing unless told so", _ARGO_READ
    ),
    "application is no longer synced": Source(
        f"{_ARGO}/auto_sync/", "without automated, or with enabled false, nothing is synced", _ARGO_READ
    ),
    "application is synced again": Source(f"{_ARGO}/auto_sync/", "enabled unset counts as true", _ARGO_READ),
    "application goes": Source(
        f"{_ARGO}/app_deletion/#about-the-deletion-finalizer", "with the finalizer its resources go too", _ARGO_READ
    ),
    "application deletes with itself": Source(
        f"{_ARGO}/app_deletion/#about-the-deletion-finalizer", "the finalizer makes a deletion cascade", _ARGO_READ
    ),
    "application no longer deletes with itself": Source(
        f"{_ARGO}/app_deletion/#about-the-deletion-finalizer", "with /background it cascades in the background", _ARGO_READ
    ),
    "project": Source(f"{_ARGO}/projects/", "a project limits sources, destinations and kinds, and who may act", _ARGO_READ),
    "destination": Source(
        "https://github.com/argoproj/argo-cd/blob/37ee0097/controller/cache/cache.go",
        "GetManagedLiveObjs: live objects are those of the destination's cluster alone",
        _ARGO_READ,
    ),
    "hook": Source(f"{_ARGO}/helm/#helm-hooks", "Helm's annotation is taken as Argo CD's own: pre-upgrade as PreSync", _ARGO_READ),
}
