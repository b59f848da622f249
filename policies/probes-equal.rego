# METADATA
# title: Liveness probe asks what readiness asks
# description: >-
#   When the check fails because a database is away, readiness takes the pod out of traffic, and an equal liveness
#   probe restarts it as well, all pods at once.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: note
#   profile: all
#   area: reliability
#   kinds: [workloads]
#   fix: Let liveness ask only whether the process itself still works, or give it a much higher failureThreshold.
#   bad: |
#     readinessProbe: {httpGet: {path: /health, port: 8080}}
#     livenessProbe: {httpGet: {path: /health, port: 8080}}
#   good: |
#     readinessProbe: {httpGet: {path: /ready, port: 8080}}
#     livenessProbe: {httpGet: {path: /alive, port: 8080}}
package library.probes_equal

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/livenessProbe", [found.pointer])} if {
	some found in kubernetes.running
	probe := found.container.livenessProbe
	is_object(probe)
	probe == found.container.readinessProbe
	msg := sprintf("container %v: liveness and readiness are the same probe, so what makes it unready restarts it", [found.name])
}
