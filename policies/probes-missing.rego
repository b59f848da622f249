# METADATA
# title: Container without a readiness probe
# description: >-
#   Without a readiness probe a pod counts as ready the moment its process starts: a rollout goes on while the new
#   version still loads or already fails, and traffic is sent to it.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: warning
#   profile: restricted
#   area: reliability
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet, argoproj.io/Rollout]
#   fix: Give the container that serves traffic a readinessProbe on what it serves.
#   bad: |
#     containers:
#       - name: web
#         ports: [{containerPort: 8080}]
#   good: |
#     containers:
#       - name: web
#         ports: [{containerPort: 8080}]
#         readinessProbe: {httpGet: {path: /ready, port: 8080}}
package library.probes_missing

import data.library.kubernetes
import rego.v1

# A pod is ready when all its containers are, so one probe decides for it; only containers that serve a port need one.
deny contains {"msg": msg, "pointer": found.pointer} if {
	probed := [1 | some found in kubernetes.running; found.container.readinessProbe]
	count(probed) == 0
	some found in kubernetes.running
	count(kubernetes.list(found.container.ports)) > 0
	msg := sprintf("container %v serves a port and has no readinessProbe: traffic reaches it before it can answer", [found.name])
}
