"""Every effect that can be predicted, as data: reports group by these ids and `explain` prints these words.

To add one: a row here, and a detector in the module whose subject it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.diff import Effect
from checker.model.findings import Severity
from checker.model.records import dataclass

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectKind:
    """`severity` is the usual one; `explanation` says why it happens and what to do, `link` where it is documented."""

    id: str
    severity: Severity
    title: str
    explanation: str
    link: str = ""


_K8S = "https://kubernetes.io/docs"
_FLUX = "https://fluxcd.io/flux/components"
_ARGO = "https://argo-cd.readthedocs.io/en/stable/user-guide"

_ROWS: tuple[EffectKind, ...] = (
    EffectKind(
        id="restarts-pods",
        severity=NOTE,
        title="Pods are replaced",
        link=f"{_K8S}/concepts/workloads/controllers/deployment/#updating-a-deployment",
        explanation="The pod template changes, so the controller replaces every pod. A label in the template is enough.",
    ),
    EffectKind(
        id="recreates-pods-at-once",
        severity=WARNING,
        title="All pods stop before new ones start",
        link=f"{_K8S}/concepts/workloads/controllers/deployment/#recreate-deployment",
        explanation="The Deployment has strategy Recreate: there is a gap without pods. RollingUpdate avoids it.",
    ),
    EffectKind(
        id="restarts-on-delete",
        severity=NOTE,
        title="Pods are replaced only when they are deleted",
        link=f"{_K8S}/concepts/workloads/controllers/statefulset/#on-delete",
        explanation="The update strategy is OnDelete: the new template reaches a pod when somebody deletes it.",
    ),
    EffectKind(
        id="image-changed", severity=NOTE, title="Another image runs", explanation="The container starts from another image, tag or digest."
    ),
    EffectKind(
        id="image-unpinned",
        severity=WARNING,
        title="An image is no longer pinned",
        link=f"{_K8S}/concepts/containers/images/#image-names",
        explanation="A digest names one image for good; a tag can be moved to another one, which then runs without a commit.",
    ),
    EffectKind(id="scaled", severity=NOTE, title="The number of pods changes", explanation="`spec.replicas` changes."),
    EffectKind(
        id="scaled-to-zero",
        severity=WARNING,
        title="No pod is left running",
        explanation="`spec.replicas` becomes 0: whatever depends on the workload has nothing to talk to.",
    ),
    EffectKind(
        id="replicas-fought-over",
        severity=WARNING,
        title="Git and an autoscaler both scale",
        link=f"{_K8S}/tasks/run-application/horizontal-pod-autoscale/",
        explanation="A HorizontalPodAutoscaler targets the workload: every sync sets `spec.replicas` back. Leave the field out of Git.",
    ),
    EffectKind(
        id="autoscaling-changed",
        severity=NOTE,
        title="The limits of an autoscaler change",
        explanation="minReplicas or maxReplicas changes.",
    ),
    EffectKind(
        id="blocks-drains",
        severity=WARNING,
        title="Nodes can no longer be drained",
        link=f"{_K8S}/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
        explanation="The budget allows no eviction at all, so that an upgrade of a node waits for a person. Leave room for one pod.",
    ),
    EffectKind(
        id="disruption-budget-changed",
        severity=NOTE,
        title="Another number of pods may be evicted at once",
        link=f"{_K8S}/tasks/run-application/configure-pdb/",
        explanation="minAvailable, maxUnavailable or the selector of a PodDisruptionBudget changes.",
    ),
    EffectKind(
        id="placement-changed",
        severity=NOTE,
        title="Pods may run on other nodes",
        link=f"{_K8S}/concepts/scheduling-eviction/assign-pod-node/",
        explanation="Node selector, affinity, tolerations or a class changes. Where no node fits, new pods stay pending.",
    ),
    EffectKind(
        id="schedule-changed",
        severity=NOTE,
        title="A CronJob runs at other times",
        explanation="`spec.schedule` or `spec.timeZone` changes.",
    ),
    EffectKind(
        id="requests-changed",
        severity=NOTE,
        title="Reserved CPU or memory changes",
        explanation="What all replicas request together changes; the scheduler needs nodes with that much room.",
    ),
    EffectKind(
        id="requests-total",
        severity=NOTE,
        title="What the environment reserves in total changes",
        explanation="The sum of requests times replicas over all workloads that are rendered, before and after.",
    ),
    EffectKind(id="runs-job", severity=NOTE, title="A Job runs", explanation="A new Job starts as soon as it is applied."),
    EffectKind(
        id="hook",
        severity=NOTE,
        title="A hook runs at the next sync",
        link=f"{_ARGO}/sync-waves/",
        explanation="Hooks run at their phase of a sync; they are not part of the compared state and are not pruned.",
    ),
    EffectKind(
        id="immutable-field",
        severity=ERROR,
        title="The API server refuses the change",
        explanation="The field cannot change after creation. Recreate the object on purpose, or give it a new name and move over.",
    ),
    EffectKind(
        id="replaced",
        severity=WARNING,
        title="The object is deleted and created again",
        explanation="The controller was told to force it: in between the object is gone, with its pods or address.",
    ),
    EffectKind(
        id="kind-changed",
        severity=WARNING,
        title="Another kind takes over the name",
        explanation="The object of the old kind is deleted and one of a new kind created; nothing moves over by itself.",
    ),
    EffectKind(
        id="storage-shrinks",
        severity=ERROR,
        title="The API server refuses to shrink a volume",
        link=f"{_K8S}/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
        explanation="A claim may only grow. Move the data to a new, smaller claim.",
    ),
    EffectKind(
        id="reclaim-changed",
        severity=WARNING,
        title="Stored data has another fate",
        link=f"{_K8S}/concepts/storage/persistent-volumes/#reclaiming",
        explanation="With Delete the storage goes with its claim, or the claims with their StatefulSet; with Retain they stay.",
    ),
    EffectKind(
        id="default-changed",
        severity=WARNING,
        title="Another class is the default",
        link=f"{_K8S}/concepts/storage/storage-classes/#default-storageclass",
        explanation="What names no class gets another one. With no default, new claims without a class stay pending.",
    ),
    EffectKind(
        id="deletes-namespace",
        severity=ERROR,
        title="A namespace goes, with everything in it",
        link=f"{_K8S}/concepts/overview/working-with-objects/namespaces/",
        explanation="Deleting a Namespace deletes every object in it, also those that are not in Git.",
    ),
    EffectKind(
        id="deletes-crd",
        severity=ERROR,
        title="A definition goes, with every object of its kind",
        link=f"{_K8S}/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#delete-a-customresourcedefinition",
        explanation="Deleting a CustomResourceDefinition deletes all its custom resources in the whole cluster.",
    ),
    EffectKind(
        id="deletes-data",
        severity=ERROR,
        title="Stored data may be lost",
        link=f"{_K8S}/concepts/storage/persistent-volumes/#reclaiming",
        explanation="The volume behind a deleted claim is deleted too unless its reclaim policy is Retain.",
    ),
    EffectKind(
        id="deletes-statefulset",
        severity=WARNING,
        title="A stateful workload goes",
        link=f"{_K8S}/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
        explanation="The pods stop. Its claims stay unless persistentVolumeClaimRetentionPolicy.whenDeleted is Delete.",
    ),
    EffectKind(id="deletes-workload", severity=WARNING, title="A workload goes", explanation="Its pods are stopped and not replaced."),
    EffectKind(
        id="deletes-network-policy",
        severity=WARNING,
        title="Traffic that was refused is allowed",
        link=f"{_K8S}/concepts/services-networking/network-policies/",
        explanation="Pods that no policy selects accept all traffic.",
    ),
    EffectKind(
        id="deletes-disruption-budget",
        severity=WARNING,
        title="Pods can be drained to zero",
        link=f"{_K8S}/tasks/run-application/configure-pdb/",
        explanation="Without a PodDisruptionBudget a drain may evict all pods at once.",
    ),
    EffectKind(id="deletes-secret", severity=WARNING, title="A Secret goes", explanation="What still reads it fails at its next start."),
    EffectKind(
        id="deletes-api",
        severity=WARNING,
        title="A part of the API is no longer served",
        link=f"{_K8S}/concepts/extend-kubernetes/api-extension/apiserver-aggregation/",
        explanation="Whoever asks for it gets an error: without the metrics API no autoscaler scales.",
    ),
    EffectKind(
        id="breaks-reference",
        severity=ERROR,
        title="Something that stays needs what goes",
        explanation="A pod does not start without the ConfigMap, Secret, ServiceAccount or claim it names. Keep what is referred to.",
    ),
    EffectKind(
        id="pruned",
        severity=NOTE,
        title="The controller deletes the object",
        explanation="It is no longer in Git and the controller prunes.",
    ),
    EffectKind(
        id="orphaned",
        severity=WARNING,
        title="The object stays, and nobody looks after it",
        explanation="It is no longer in Git, but the controller leaves it running. Delete it by hand, or turn pruning on.",
    ),
    EffectKind(
        id="deletion-changed",
        severity=NOTE,
        title="A later deletion goes another way",
        link=f"{_K8S}/concepts/overview/working-with-objects/finalizers/",
        explanation="A mark that keeps the object, or a finalizer that others must lift first, comes or goes. Nothing is deleted now.",
    ),
    EffectKind(
        id="turns-prune-on",
        severity=WARNING,
        title="Pruning is turned on",
        explanation="From now on the controller deletes what is not in Git, including what was left behind before.",
    ),
    EffectKind(
        id="turns-prune-off", severity=NOTE, title="Pruning is turned off", explanation="What leaves Git from now on stays in the cluster."
    ),
    EffectKind(
        id="uninstalls",
        severity=WARNING,
        title="A unit is removed with all it deployed",
        explanation="The object that declares the unit goes, and its controller deletes what the unit had applied.",
    ),
    EffectKind(
        id="reinstalls",
        severity=WARNING,
        title="A Helm release is uninstalled and installed anew",
        link=f"{_FLUX}/helm/helmreleases/#release-name",
        explanation="Flux cannot rename or move a release. Everything that it deployed is deleted in between, claims too.",
    ),
    EffectKind(
        id="project-changed",
        severity=WARNING,
        title="An Application belongs to another project",
        link=f"{_ARGO}/projects/",
        explanation="Another project says what it may deploy, where to and from where, and who may sync it.",
    ),
    EffectKind(
        id="destination-changed",
        severity=WARNING,
        title="An Application deploys to another cluster",
        link=f"{_ARGO}/application-specification/",
        explanation="Argo CD compares with the new cluster alone: what runs in the old one stays there. Delete it by hand.",
    ),
    EffectKind(
        id="suspends",
        severity=WARNING,
        title="The controller stops looking after a unit",
        explanation="Later changes in Git do not reach the cluster until it is resumed.",
    ),
    EffectKind(
        id="resumes",
        severity=WARNING,
        title="The controller takes a unit up again",
        explanation="Everything that changed in Git meanwhile is applied now.",
    ),
    EffectKind(
        id="held-back",
        severity=NOTE,
        title="Nothing happens until the unit is resumed or synced by hand",
        explanation="The unit is suspended, or waits for a manual sync.",
    ),
    EffectKind(
        id="not-applied",
        severity=NOTE,
        title="The controller does not apply this change",
        explanation="A mark on the object tells the controller to leave it alone.",
    ),
    EffectKind(
        id="moved-owner",
        severity=NOTE,
        title="Another unit owns the object",
        explanation="The new owner must apply it before the old one prunes; Flux and Argo CD then leave it alone.",
    ),
    EffectKind(
        id="two-owners",
        severity=WARNING,
        title="An object of two units leaves one of them",
        explanation="Each apply marks the object as the unit's own, and a unit prunes what bears its mark: the one that drops it deletes"
        " it if it was the last to apply it. The other makes it again at its next run; an Application without selfHeal at its next sync.",
    ),
    EffectKind(
        id="source-changed",
        severity=NOTE,
        title="A unit deploys another version of its source",
        explanation="Chart version, target revision, tag or reference changes.",
    ),
    EffectKind(
        id="secret-changed",
        severity=WARNING,
        title="A secret value changes",
        explanation="Values are shown as digests. Pods that read it through variables keep the old one until they restart.",
    ),
    EffectKind(
        id="config-not-reloaded",
        severity=WARNING,
        title="Running pods keep the old configuration",
        link=f"{_K8S}/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically",
        explanation="Variables and subPath mounts are read at start only. Generate the name with a content hash, or restart the pods.",
    ),
    EffectKind(
        id="rbac-widened",
        severity=WARNING,
        title="Somebody may do more",
        link=f"{_K8S}/concepts/security/rbac-good-practices/",
        explanation="A role gains rules, or a binding gains subjects. Wildcards, secrets, escalate and bind are as good as full control.",
    ),
    EffectKind(
        id="rbac-narrowed",
        severity=NOTE,
        title="Somebody may do less",
        link=f"{_K8S}/reference/access-authn-authz/rbac/",
        explanation="A role loses rules, or a binding loses subjects. A controller that needs them fails at its next request.",
    ),
    EffectKind(
        id="identity-changed",
        severity=WARNING,
        title="Pods act as somebody else",
        link=f"{_K8S}/tasks/configure-pod-container/configure-service-account/",
        explanation="Another ServiceAccount, or another identity at the cloud, has other rights.",
    ),
    EffectKind(
        id="admission-blocks",
        severity=WARNING,
        title="Requests may be refused that were not",
        link=f"{_K8S}/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
        explanation="A webhook must answer or a policy refuses from now on. Exclude the namespaces that the cluster itself needs.",
    ),
    EffectKind(
        id="admission-weakened",
        severity=WARNING,
        title="What was refused is let in",
        link=f"{_K8S}/reference/access-authn-authz/admission-controllers/",
        explanation="A webhook or policy goes, only reports, or is passed over while it does not answer.",
    ),
    EffectKind(
        id="quota-lowered",
        severity=NOTE,
        title="A namespace may use less",
        link=f"{_K8S}/concepts/policy/resource-quotas/",
        explanation="What runs stays; pods beyond the quota are not created, so a rollout may stop half way.",
    ),
    EffectKind(
        id="exposure-widened",
        severity=WARNING,
        title="Reachable from further away",
        link=f"{_K8S}/concepts/services-networking/service/#publishing-services-service-types",
        explanation="A Service becomes reachable from outside the cluster, or an Ingress or route serves a further host.",
    ),
    EffectKind(
        id="traffic-refused",
        severity=WARNING,
        title="Traffic that was allowed is refused",
        link=f"{_K8S}/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation",
        explanation="A pod that a policy selects lets through only what some policy lists, name resolution included.",
    ),
    EffectKind(
        id="address-lost",
        severity=WARNING,
        title="An address, a port or a host is no longer served",
        explanation="The load balancer's address is given back, a port closes, or another class or no rule serves the host.",
    ),
    EffectKind(
        id="pod-security-widened",
        severity=WARNING,
        title="A pod gets nearer to its node",
        link=f"{_K8S}/concepts/security/pod-security-standards/",
        explanation="Privileged mode, host namespaces, host paths or further capabilities let a compromised container reach the node.",
    ),
    EffectKind(
        id="service-without-pods",
        severity=WARNING,
        title="A Service selects no pod",
        explanation="The selector matches no workload that is rendered in its namespace; its clients get no answer.",
    ),
    EffectKind(
        id="crd-version-removed",
        severity=ERROR,
        title="A version of a kind is no longer served",
        link=f"{_K8S}/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/",
        explanation="Objects applied in that version are refused, and stored ones may become unreadable.",
    ),
)

EFFECTS: Mapping[str, EffectKind] = {row.id: row for row in _ROWS}


def effect(kind: str, message: str, severity: Severity | None = None) -> Effect:
    return Effect(id=kind, severity=severity or EFFECTS[kind].severity, message=message)
