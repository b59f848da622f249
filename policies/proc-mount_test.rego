package library.proc_mount_test

import data.library.proc_mount
import rego.v1

pod(security) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": security}]}}

test_unmasked_fails if count(proc_mount.deny) == 1 with input as pod({"procMount": "Unmasked"})

test_default_passes if count(proc_mount.deny) == 0 with input as pod({"procMount": "Default"})
