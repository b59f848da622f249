package library.capabilities_not_dropped_test

import data.library.capabilities_not_dropped
import rego.v1

pod(security) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": security}]}}

test_unset_fails if {
	some violation in capabilities_not_dropped.deny with input as pod({})
	violation.pointer == "/spec/containers/0"
}

test_single_drop_fails if count(capabilities_not_dropped.deny) == 1 with input as pod({"capabilities": {"drop": ["NET_RAW"]}})

test_all_passes if count(capabilities_not_dropped.deny) == 0 with input as pod({"capabilities": {"drop": ["ALL"]}})
