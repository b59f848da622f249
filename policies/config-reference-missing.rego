# METADATA
# title: ConfigMap or Secret that nothing provides
# description: >-
#   A pod that names a ConfigMap or Secret which is not there waits for it forever. Nothing fails visibly; the
#   rollout just never ends.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
# custom:
#   severity: note
#   profile: all
#   area: gitops
#   kinds: [workloads]
#   fix: Add the object to the environment, correct the name, or mark the reference optional. What an operator creates in the cluster, suppress with the reason.
#   bad: |
#     envFrom:
#       - configMapRef: {name: setings}
#   good: |
#     envFrom:
#       - configMapRef: {name: settings}
package library.config_reference_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	some found in references
	not provided(found.kind, found.name)
	msg := sprintf("no %v %v is deployed to this environment", [found.kind, found.name])
}

# Every namespace has this one.
provided(_, name) if name == "kube-root-ca.crt"

provided(kind, name) if data.gitops.objects[kind][kubernetes.namespace][name]

# What becomes a Secret of that name in the cluster.
provided("Secret", name) if {
	some kind in ["external-secrets.io/ExternalSecret", "bitnami.com/SealedSecret", "cert-manager.io/Certificate", "isindir.github.com/SopsSecret"]
	some own, about in data.gitops.objects[kind][kubernetes.namespace]
	name in {own, object.get(about, "secret", own)}
}

references contains reference if {
	some found in kubernetes.containers
	some index, source in kubernetes.list(found.container.envFrom)
	some field, kind in {"configMapRef": "ConfigMap", "secretRef": "Secret"}
	wanted := kubernetes.map(source[field])
	not wanted.optional
	reference := {"kind": kind, "name": wanted.name, "pointer": sprintf("%v/envFrom/%v", [found.pointer, index])}
}

references contains reference if {
	some found in kubernetes.containers
	some index, variable in kubernetes.list(found.container.env)
	some field, kind in {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
	wanted := kubernetes.map(variable.valueFrom[field])
	not wanted.optional
	reference := {"kind": kind, "name": wanted.name, "pointer": sprintf("%v/env/%v", [found.pointer, index])}
}

references contains reference if {
	some index, volume in kubernetes.list(kubernetes.pod_spec.volumes)
	some field, about in {"configMap": ["ConfigMap", "name"], "secret": ["Secret", "secretName"]}
	wanted := kubernetes.map(volume[field])
	not wanted.optional
	reference := {"kind": about[0], "name": wanted[about[1]], "pointer": sprintf("%v/volumes/%v", [kubernetes.pod_pointer, index])}
}
