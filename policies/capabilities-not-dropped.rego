# METADATA
# title: Container keeps capabilities it does not need
# description: >-
#   A runtime grants about a dozen capabilities to every container. Nearly no program needs one; each is a tool for
#   whoever breaks into it.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
# custom:
#   severity: warning
#   profile: restricted
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard restricted, CIS Kubernetes 5.2.10]
#   fix: Drop ALL and add back what the program needs.
#   bad: |
#     securityContext:
#       capabilities: {drop: [NET_RAW]}
#   good: |
#     securityContext:
#       capabilities: {drop: [ALL]}
package library.capabilities_not_dropped

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.containers
	not dropped(found.container)
	msg := sprintf("container %v keeps default capabilities: set capabilities.drop: [ALL]", [found.name])
}

dropped(container) if {
	some capability in kubernetes.list(container.securityContext.capabilities.drop)
	capability in {"ALL", "all", "All"}
}
