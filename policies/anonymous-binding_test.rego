package library.anonymous_binding_test

import data.library.anonymous_binding
import rego.v1

binding(role, subject) := {
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
	"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": [{"kind": "Group", "name": subject}],
}

test_everybody_fails if {
	some violation in anonymous_binding.deny with input as binding("edit", "system:unauthenticated")
	violation.pointer == "/subjects/0/name"
}

test_discovery_passes if count(anonymous_binding.deny) == 0 with input as binding("system:discovery", "system:authenticated")

test_group_passes if count(anonymous_binding.deny) == 0 with input as binding("edit", "shop-developers")
