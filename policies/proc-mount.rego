# METADATA
# title: Container sees the node's /proc
# description: >-
#   procMount Unmasked shows parts of /proc that the runtime hides because they change or reveal the kernel of the
#   node.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline]
#   fix: Leave procMount out. For nested containers set hostUsers to false and suppress with the reason.
#   bad: |
#     securityContext: {procMount: Unmasked}
#   good: |
#     securityContext: {}
package library.proc_mount

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/securityContext/procMount", [found.pointer])} if {
	some found in kubernetes.containers
	found.container.securityContext.procMount == "Unmasked"
	msg := sprintf("container %v sees and may change kernel settings under /proc", [found.name])
}
