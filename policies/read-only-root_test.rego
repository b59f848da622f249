package library.read_only_root_test

import data.library.read_only_root
import rego.v1

pod(security) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": security}]}}

test_unset_fails if count(read_only_root.deny) == 1 with input as pod({})

test_read_only_passes if count(read_only_root.deny) == 0 with input as pod({"readOnlyRootFilesystem": true})
