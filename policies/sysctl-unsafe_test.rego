package library.sysctl_unsafe_test

import data.library.sysctl_unsafe
import rego.v1

pod(name) := {"apiVersion": "v1", "kind": "Pod", "spec": {"securityContext": {"sysctls": [{"name": name, "value": "1"}]}}}

test_unsafe_fails if {
	some violation in sysctl_unsafe.deny with input as pod("kernel.msgmax")
	violation.pointer == "/spec/securityContext/sysctls/0"
}

test_safe_passes if count(sysctl_unsafe.deny) == 0 with input as pod("net.ipv4.tcp_syncookies")
