package library.seccomp_unconfined_test

import data.library.seccomp_unconfined
import rego.v1

pod(pod_profile, profile) := {"apiVersion": "v1", "kind": "Pod", "spec": {
	"securityContext": {"seccompProfile": {"type": pod_profile}},
	"containers": [{"name": "web", "securityContext": {"seccompProfile": {"type": profile}}}],
}}

test_unconfined_container_fails if {
	some violation in seccomp_unconfined.deny with input as pod("RuntimeDefault", "Unconfined")
	violation.pointer == "/spec/containers/0/securityContext/seccompProfile/type"
}

test_unconfined_pod_fails if {
	some violation in seccomp_unconfined.deny with input as pod("Unconfined", "RuntimeDefault")
	violation.pointer == "/spec/securityContext/seccompProfile/type"
}

test_default_passes if count(seccomp_unconfined.deny) == 0 with input as pod("RuntimeDefault", "Localhost")
