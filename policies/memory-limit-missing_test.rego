package library.memory_limit_missing_test

import data.library.memory_limit_missing
import rego.v1

pod(resources) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "resources": resources}]}}

test_no_limit_fails if count(memory_limit_missing.deny) == 1 with input as pod({"requests": {"memory": "64Mi"}})

test_limit_passes if count(memory_limit_missing.deny) == 0 with input as pod({"limits": {"memory": "64Mi"}})
