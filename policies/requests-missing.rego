# METADATA
# title: Container without resource requests
# description: >-
#   The scheduler places pods by what they request. A container that requests nothing is put anywhere, is evicted first
#   when the node runs short, and an autoscaler cannot compute its usage.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: warning
#   profile: restricted
#   area: reliability
#   kinds: [workloads]
#   fix: Request the cpu and memory that the container uses on an ordinary day.
#   bad: |
#     resources: {}
#   good: |
#     resources:
#       requests: {cpu: 50m, memory: 64Mi}
package library.requests_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.pod_spec.resources
	some found in kubernetes.running
	missing := [name | some name in ["cpu", "memory"]; not requested(found.container, name)]
	count(missing) > 0
	msg := sprintf("container %v requests no %v", [found.name, concat(" and no ", missing)])
}

# A limit without a request is taken as the request.
requested(container, name) if container.resources.requests[name]

requested(container, name) if container.resources.limits[name]
