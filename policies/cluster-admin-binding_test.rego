package library.cluster_admin_binding_test

import data.library.cluster_admin_binding
import rego.v1

binding(role) := {
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
	"roleRef": {"kind": "ClusterRole", "name": role},
	"subjects": [{"kind": "ServiceAccount", "name": "ci", "namespace": "ci"}],
}

test_admin_fails if {
	some violation in cluster_admin_binding.deny with input as binding("cluster-admin")
	contains(violation.msg, "ServiceAccount ci")
}

test_other_role_passes if count(cluster_admin_binding.deny) == 0 with input as binding("view")
