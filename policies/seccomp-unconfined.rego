# METADATA
# title: Seccomp filter turned off
# description: >-
#   Unconfined gives the container every system call of the kernel. Most ways out of a container use one that the
#   default filter blocks.
# related_resources:
#   - ref: https://kubernetes.io/docs/tutorials/security/seccomp/
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline]
#   fix: Use RuntimeDefault, or a profile of your own with type Localhost.
#   bad: |
#     seccompProfile: {type: Unconfined}
#   good: |
#     seccompProfile: {type: RuntimeDefault}
package library.seccomp_unconfined

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/securityContext/seccompProfile/type", [found.pointer])} if {
	some found in kubernetes.containers
	found.container.securityContext.seccompProfile.type == "Unconfined"
	msg := sprintf("container %v runs without a seccomp filter; use RuntimeDefault", [found.name])
}

deny contains {"msg": "the pod runs without a seccomp filter; use RuntimeDefault", "pointer": pointer} if {
	kubernetes.pod_spec.securityContext.seccompProfile.type == "Unconfined"
	pointer := sprintf("%v/securityContext/seccompProfile/type", [kubernetes.pod_pointer])
}
