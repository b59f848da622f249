# METADATA
# title: Pods are killed without warning
# description: >-
#   With a grace period of 0 the process gets no signal to end, requests in flight are lost, and for a StatefulSet
#   two pods of one identity may run at once.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/
# custom:
#   severity: warning
#   profile: baseline
#   area: reliability
#   kinds: [workloads]
#   fix: Leave terminationGracePeriodSeconds out, or give the program the time it needs to end.
#   bad: |
#     spec: {terminationGracePeriodSeconds: 0}
#   good: |
#     spec: {terminationGracePeriodSeconds: 30}
package library.grace_period_zero

import data.library.kubernetes
import rego.v1

deny contains {"msg": "terminationGracePeriodSeconds 0: pods are killed without time to finish", "pointer": pointer} if {
	kubernetes.pod_spec.terminationGracePeriodSeconds == 0
	input.kind != "Job"
	pointer := sprintf("%v/terminationGracePeriodSeconds", [kubernetes.pod_pointer])
}
