# METADATA
# title: Capability beyond the default set
# description: >-
#   Container runtimes grant a small set of Linux capabilities. Those beyond it reach the kernel, the network of the
#   node or other processes; SYS_ADMIN is close to privileged.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline, CIS Kubernetes 5.2.9]
#   fix: Remove the capability, or keep it with a suppression that says which system call needs it.
#   bad: |
#     securityContext:
#       capabilities: {add: [SYS_ADMIN]}
#   good: |
#     securityContext:
#       capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
package library.capabilities_added

import data.library.kubernetes
import rego.v1

granted := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

deny contains {"msg": msg, "pointer": sprintf("%v/securityContext/capabilities/add/%v", [found.pointer, index])} if {
	some found in kubernetes.containers
	some index, capability in kubernetes.list(found.container.securityContext.capabilities.add)
	is_string(capability)
	name := trim_prefix(upper(capability), "CAP_")
	not name in granted
	msg := sprintf("container %v adds capability %v, which is beyond the default set", [found.name, capability])
}
