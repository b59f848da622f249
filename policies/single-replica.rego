# METADATA
# title: One pod alone
# description: >-
#   While the only pod moves to another node or is updated in place, nothing answers.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
# custom:
#   severity: note
#   profile: all
#   area: reliability
#   kinds: [apps/Deployment]
#   fix: Run two or more, with a PodDisruptionBudget; or suppress for what may be away for a while.
#   bad: |
#     spec: {replicas: 1}
#   good: |
#     spec: {replicas: 2}
package library.single_replica

import data.library.kubernetes
import rego.v1

deny contains {"msg": "one replica: every node drain and every restart is an outage", "pointer": "/spec"} if {
	object.get(kubernetes.map(input.spec), "replicas", 1) == 1
	not scaled
}

scaled if {
	some _, scaler in data.gitops.objects["autoscaling/HorizontalPodAutoscaler"][kubernetes.namespace]
	scaler.target.name == input.metadata.name
}
