# METADATA
# title: Selector does not match its own pods
# description: >-
#   The API server refuses a workload whose selector is not among its template's labels. In Git it is found when the
#   controller tries to apply.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
# custom:
#   severity: error
#   profile: baseline
#   area: reliability
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet, apps/ReplicaSet]
#   fix: Give the pod template every label that the selector asks for. The selector itself cannot be changed later.
#   bad: |
#     spec:
#       selector: {matchLabels: {app: web}}
#       template:
#         metadata: {labels: {app: shop}}
#   good: |
#     spec:
#       selector: {matchLabels: {app: web}}
#       template:
#         metadata: {labels: {app: web}}
package library.selector_mismatch

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/spec/selector/matchLabels/%s", [kubernetes.escaped(label)])} if {
	some label, wanted in kubernetes.map(input.spec.selector.matchLabels)
	not has(label, wanted)
	msg := sprintf("the selector asks for %s=%v, which the pod template does not have", [label, wanted])
}

has(label, wanted) if input.spec.template.metadata.labels[label] == wanted
