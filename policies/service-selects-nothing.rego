# METADATA
# title: Service that no pod answers
# description: >-
#   A Service whose selector no workload's pods carry has no endpoints. Callers get connection refused, and nothing
#   reports it.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/
# custom:
#   severity: note
#   profile: all
#   area: networking
#   kinds: [Service]
#   fix: Make the selector match the labels of the pod template.
#   bad: |
#     kind: Service
#     spec: {selector: {app: wbe}}
#   good: |
#     kind: Service
#     spec: {selector: {app: web}}
package library.service_selects_nothing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": "/spec/selector"} if {
	selector := kubernetes.map(input.spec.selector)
	count(selector) > 0
	not answered(selector)
	msg := sprintf("no workload of this environment has pods with %v", [concat(", ", [sprintf("%v=%v", [name, value]) | some name, value in selector])])
}

answered(selector) if {
	some kind, spaces in data.gitops.objects
	some _, workload in spaces[kubernetes.namespace]
	object.subset(workload.pods, selector)
}
