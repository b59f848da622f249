package library.rolling_update_stuck_test

import data.library.rolling_update_stuck
import rego.v1

deployment(surge, unavailable) := {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}}

test_both_zero_fails if {
	some violation in rolling_update_stuck.deny with input as deployment(0, "0%")
	violation.pointer == "/spec/strategy/rollingUpdate"
}

test_surge_passes if count(rolling_update_stuck.deny) == 0 with input as deployment(1, 0)
