# METADATA
# title: Container may gain privileges
# description: >-
#   Unless allowPrivilegeEscalation is false, a setuid program in the image can give a process more rights than it
#   was started with, and runAsNonRoot is worth little.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
# custom:
#   severity: warning
#   profile: restricted
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard restricted, CIS Kubernetes 5.2.6]
#   fix: "Set allowPrivilegeEscalation: false for the container."
#   bad: |
#     securityContext: {}
#   good: |
#     securityContext:
#       allowPrivilegeEscalation: false
package library.privilege_escalation

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.containers
	not refused(found.container)
	msg := sprintf("container %v may gain privileges: set allowPrivilegeEscalation: false", [found.name])
}

refused(container) if container.securityContext.allowPrivilegeEscalation == false
