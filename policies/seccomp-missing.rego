# METADATA
# title: No seccomp filter asked for
# description: >-
#   Where neither the pod nor the container names a seccomp profile, most clusters run it unconfined. The default
#   filter costs nothing and blocks the system calls that break-outs use.
# related_resources:
#   - ref: https://kubernetes.io/docs/tutorials/security/seccomp/
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
# custom:
#   severity: warning
#   profile: restricted
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard restricted]
#   fix: Set securityContext.seccompProfile.type to RuntimeDefault for the pod.
#   bad: |
#     securityContext: {}
#   good: |
#     securityContext:
#       seccompProfile: {type: RuntimeDefault}
package library.seccomp_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.containers
	not named(found.container)
	msg := sprintf("container %v has no seccomp profile: set seccompProfile.type RuntimeDefault for it or its pod", [found.name])
}

named(container) if kubernetes.security(container, "seccompProfile").type
