package library.replicas_together_test

import data.library.replicas_together
import rego.v1

deployment(replicas, spec) := {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": replicas, "template": {"spec": spec}}}

test_unspread_fails if {
	some violation in replicas_together.deny with input as deployment(3, {})
	violation.pointer == "/spec/template/spec"
}

test_spread_passes if count(replicas_together.deny) == 0 with input as deployment(3, {"topologySpreadConstraints": [{"maxSkew": 1}]})

test_anti_affinity_passes if count(replicas_together.deny) == 0 with input as deployment(3, {"affinity": {"podAntiAffinity": {}}})

test_one_passes if count(replicas_together.deny) == 0 with input as deployment(1, {})
