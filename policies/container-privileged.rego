# METADATA
# title: Privileged container
# description: >-
#   A privileged container sees every device of the node and has every capability. Whoever breaks out of the process
#   owns the node, and with it the credentials of every pod there.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline, CIS Kubernetes 5.2.2]
#   fix: Drop privileged and add the single capability or device the program needs. For a node agent that needs it, suppress with the reason.
#   bad: |
#     securityContext:
#       privileged: true
#   good: |
#     securityContext:
#       capabilities:
#         add: [NET_BIND_SERVICE]
package library.container_privileged

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/securityContext/privileged", [found.pointer])} if {
	some found in kubernetes.containers
	found.container.securityContext.privileged == true
	msg := sprintf("container %v is privileged: a break-out owns the node; grant single capabilities instead", [found.name])
}
