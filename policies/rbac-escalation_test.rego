package library.rbac_escalation_test

import data.library.rbac_escalation
import rego.v1

role(rule) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": [rule]}

test_bind_fails if {
	some violation in rbac_escalation.deny with input as role({"resources": ["clusterroles"], "verbs": ["get", "bind"]})
	violation.pointer == "/rules/0/verbs"
}

test_named_passes if count(rbac_escalation.deny) == 0 with input as role({"resources": ["clusterroles"], "verbs": ["bind"], "resourceNames": ["shop"]})
