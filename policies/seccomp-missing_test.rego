package library.seccomp_missing_test

import data.library.seccomp_missing
import rego.v1

pod(pod_security, security) := {"apiVersion": "v1", "kind": "Pod", "spec": {
	"securityContext": pod_security,
	"containers": [{"name": "web", "securityContext": security}],
}}

test_unset_fails if {
	some violation in seccomp_missing.deny with input as pod({}, {})
	violation.pointer == "/spec/containers/0"
}

test_pod_profile_passes if count(seccomp_missing.deny) == 0 with input as pod({"seccompProfile": {"type": "RuntimeDefault"}}, {})

test_container_profile_passes if count(seccomp_missing.deny) == 0 with input as pod({}, {"seccompProfile": {"type": "Localhost"}})
