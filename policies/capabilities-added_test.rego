package library.capabilities_added_test

import data.library.capabilities_added
import rego.v1

pod(added) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "securityContext": {"capabilities": {"add": added}}}]}}

test_beyond_the_default_fails if {
	some violation in capabilities_added.deny with input as pod(["CHOWN", "SYS_ADMIN"])
	violation.pointer == "/spec/containers/0/securityContext/capabilities/add/1"
}

test_prefix_is_no_way_round if count(capabilities_added.deny) == 1 with input as pod(["cap_net_raw"])

test_default_set_passes if count(capabilities_added.deny) == 0 with input as pod(["NET_BIND_SERVICE"])
