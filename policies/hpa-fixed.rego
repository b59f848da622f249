# METADATA
# title: Autoscaler that cannot scale
# description: >-
#   With minReplicas equal to maxReplicas the autoscaler holds one number and hides that the workload is not scaled
#   at all. Above it the API server refuses the object.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
# custom:
#   severity: warning
#   profile: baseline
#   area: reliability
#   kinds: [autoscaling/HorizontalPodAutoscaler]
#   fix: Raise maxReplicas, or remove the autoscaler and set replicas.
#   bad: |
#     spec: {minReplicas: 3, maxReplicas: 3}
#   good: |
#     spec: {minReplicas: 3, maxReplicas: 6}
package library.hpa_fixed

import rego.v1

deny contains {"msg": msg, "pointer": "/spec/minReplicas"} if {
	is_number(input.spec.minReplicas)
	is_number(input.spec.maxReplicas)
	input.spec.minReplicas >= input.spec.maxReplicas
	msg := sprintf("minReplicas %v and maxReplicas %v leave nothing to scale", [input.spec.minReplicas, input.spec.maxReplicas])
}
