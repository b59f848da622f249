# METADATA
# title: Unsafe kernel setting
# description: >-
#   Only some kernel settings are kept apart for each pod. The others change the whole node, and a kubelet refuses
#   the pod unless it was told to allow them.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline]
#   fix: Remove the setting, or keep it to the safe ones.
#   bad: |
#     securityContext:
#       sysctls: [{name: kernel.msgmax, value: "65536"}]
#   good: |
#     securityContext:
#       sysctls: [{name: net.ipv4.ip_local_port_range, value: "1024 65535"}]
package library.sysctl_unsafe

import data.library.kubernetes
import rego.v1

safe := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}

deny contains {"msg": msg, "pointer": sprintf("%v/securityContext/sysctls/%v", [kubernetes.pod_pointer, index])} if {
	some index, setting in kubernetes.list(kubernetes.pod_spec.securityContext.sysctls)
	is_string(setting.name)
	not setting.name in safe
	msg := sprintf("kernel setting %v is not safe: it can change the node, and kubelets refuse it by default", [setting.name])
}
