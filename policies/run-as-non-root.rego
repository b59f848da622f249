# METADATA
# title: Container may run as root
# description: >-
#   Without runAsNonRoot the image decides, and most images are root. Root in the container is root on the node for
#   every kernel bug, mounted path and shared volume.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
# custom:
#   severity: warning
#   profile: restricted
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard restricted, CIS Kubernetes 5.2.7]
#   fix: "Set runAsNonRoot: true for the pod, and runAsUser where the image names no numeric user."
#   bad: |
#     securityContext:
#       runAsUser: 0
#   good: |
#     securityContext:
#       runAsNonRoot: true
#       runAsUser: 65532
package library.run_as_non_root

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.containers
	not root(found.container)
	not root_refused(found.container)
	msg := sprintf("container %v may run as root: set runAsNonRoot: true for it or its pod", [found.name])
}

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.containers
	root(found.container)
	msg := sprintf("container %v runs as root: runAsUser is 0", [found.name])
}

root(container) if kubernetes.security(container, "runAsUser") == 0

root_refused(container) if kubernetes.security(container, "runAsNonRoot") == true
