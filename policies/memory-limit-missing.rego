# METADATA
# title: Container without a memory limit
# description: >-
#   A leak without a limit takes the node's memory, and the kernel then kills whatever is largest, which may be
#   another team's pod.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: warning
#   profile: restricted
#   area: reliability
#   kinds: [workloads]
#   fix: Set resources.limits.memory, best equal to the request.
#   bad: |
#     resources:
#       requests: {memory: 64Mi}
#   good: |
#     resources:
#       requests: {memory: 64Mi}
#       limits: {memory: 64Mi}
package library.memory_limit_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	some found in kubernetes.running
	not limited(found.container)
	not kubernetes.pod_spec.resources.limits.memory
	msg := sprintf("container %v has no memory limit", [found.name])
}

limited(container) if container.resources.limits.memory
