package library.container_privileged_test

import data.library.container_privileged
import rego.v1

pod(security) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": security}]}}

test_privileged_fails if {
	some violation in container_privileged.deny with input as pod({"privileged": true})
	violation.pointer == "/spec/containers/0/securityContext/privileged"
}

test_unprivileged_passes if count(container_privileged.deny) == 0 with input as pod({"privileged": false})

test_without_setting_passes if count(container_privileged.deny) == 0 with input as pod({})
