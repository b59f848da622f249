package library.rbac_exec_test

import data.library.rbac_exec
import rego.v1

role(resource) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [{"apiGroups": [""], "resources": [resource], "verbs": ["create"]}]}

test_exec_fails if count(rbac_exec.deny) == 1 with input as role("pods/exec")

test_logs_pass if count(rbac_exec.deny) == 0 with input as role("pods/log")
