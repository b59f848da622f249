package library.requests_missing_test

import data.library.requests_missing
import rego.v1

pod(resources) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "resources": resources}]}}

test_both_missing_is_one_finding if {
	requests_missing.deny == {{"msg": "container web requests no cpu and no memory", "pointer": "/spec/containers/0"}} with input as pod({})
}

test_one_missing_is_named if {
	some violation in requests_missing.deny with input as pod({"requests": {"cpu": "10m"}})
	violation.msg == "container web requests no memory"
}

test_limits_stand_for_requests if count(requests_missing.deny) == 0 with input as pod({"limits": {"cpu": "1", "memory": "1Gi"}})
