# METADATA
# title: Disruption budget that lets nobody go
# description: >-
#   With maxUnavailable 0 or minAvailable 100% no pod may ever be evicted. Node upgrades and autoscaling hang on it
#   until somebody deletes the budget by hand.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
# custom:
#   severity: warning
#   profile: baseline
#   area: reliability
#   kinds: [policy/PodDisruptionBudget]
#   fix: Allow at least one pod to go (maxUnavailable 1) and run at least two.
#   bad: |
#     spec: {maxUnavailable: 0}
#   good: |
#     spec: {maxUnavailable: 1}
package library.pdb_blocks_drain

import rego.v1

deny contains {"msg": msg, "pointer": "/spec/maxUnavailable"} if {
	input.spec.maxUnavailable in {0, "0", "0%"}
	msg := sprintf("maxUnavailable %v: no pod may ever be evicted, so no node with one can be drained", [input.spec.maxUnavailable])
}

deny contains {"msg": "minAvailable 100%: no pod may ever be evicted, so no node with one can be drained", "pointer": "/spec/minAvailable"} if {
	input.spec.minAvailable == "100%"
}
