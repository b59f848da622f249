package library.rbac_wildcard_test

import data.library.rbac_wildcard
import rego.v1

role(groups, resources, verbs) := {
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "all"},
	"rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}],
}

test_everything_fails if {
	some violation in rbac_wildcard.deny with input as role(["*"], ["*"], ["*"])
	violation.pointer == "/rules/0"
}

test_core_group_fails_once if count(rbac_wildcard.deny) == 1 with input as role(["", "apps"], ["*"], ["get", "*"])

test_own_group_passes if count(rbac_wildcard.deny) == 0 with input as role(["example.com"], ["*"], ["*"])

test_reading_all_passes if count(rbac_wildcard.deny) == 0 with input as role(["*"], ["*"], ["get", "list"])
