# METADATA
# title: Container can change its own image
# description: >-
#   With a writable root file system whoever breaks in can leave programs behind and change the ones that run. It
#   also hides that a program keeps state where no volume is.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: note
#   profile: all
#   area: security
#   kinds: [workloads]
#   fix: "Set readOnlyRootFilesystem: true and mount an emptyDir where the program writes."
#   bad: |
#     securityContext: {}
#   good: |
#     securityContext:
#       readOnlyRootFilesystem: true
package library.read_only_root

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": found.pointer} if {
	not kubernetes.windows
	some found in kubernetes.running
	not read_only(found.container)
	msg := sprintf("container %v has a writable root file system", [found.name])
}

read_only(container) if container.securityContext.readOnlyRootFilesystem == true
