package library.default_account_binding_test

import data.library.default_account_binding
import rego.v1

binding(name) := {
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
	"subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}],
}

test_default_fails if count(default_account_binding.deny) == 1 with input as binding("default")

test_own_passes if count(default_account_binding.deny) == 0 with input as binding("shop")
