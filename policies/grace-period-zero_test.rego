package library.grace_period_zero_test

import data.library.grace_period_zero
import rego.v1

pod(seconds) := {"apiVersion": "v1", "kind": "Pod", "spec": {"terminationGracePeriodSeconds": seconds}}

test_zero_fails if {
	some violation in grace_period_zero.deny with input as pod(0)
	violation.pointer == "/spec/terminationGracePeriodSeconds"
}

test_seconds_pass if count(grace_period_zero.deny) == 0 with input as pod(5)
