package library.run_as_non_root_test

import data.library.run_as_non_root
import rego.v1

pod(pod_security, security) := {"apiVersion": "v1", "kind": "Pod", "spec": {
	"securityContext": pod_security,
	"containers": [{"name": "web", "securityContext": security}],
}}

test_nothing_said_fails if count(run_as_non_root.deny) == 1 with input as {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web"}]}}

test_pod_setting_is_enough if count(run_as_non_root.deny) == 0 with input as pod({"runAsNonRoot": true}, {})

test_container_overrides_pod if count(run_as_non_root.deny) == 1 with input as pod({"runAsNonRoot": true}, {"runAsNonRoot": false})

test_user_zero_is_said if {
	some violation in run_as_non_root.deny with input as pod({"runAsNonRoot": true}, {"runAsUser": 0})
	contains(violation.msg, "runAsUser is 0")
}

test_windows_has_no_root if count(run_as_non_root.deny) == 0 with input as {
	"apiVersion": "v1", "kind": "Pod",
	"spec": {"os": {"name": "windows"}, "containers": [{"name": "web"}]},
}
