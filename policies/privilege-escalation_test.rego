package library.privilege_escalation_test

import data.library.privilege_escalation
import rego.v1

pod(security) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": security}]}}

test_unset_fails if {
	some violation in privilege_escalation.deny with input as pod({})
	violation.pointer == "/spec/containers/0"
}

test_true_fails if count(privilege_escalation.deny) == 1 with input as pod({"allowPrivilegeEscalation": true})

test_false_passes if count(privilege_escalation.deny) == 0 with input as pod({"allowPrivilegeEscalation": false})
