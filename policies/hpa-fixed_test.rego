package library.hpa_fixed_test

import data.library.hpa_fixed
import rego.v1

scaler(low, high) := {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": {"minReplicas": low, "maxReplicas": high}}

test_equal_fails if {
	some violation in hpa_fixed.deny with input as scaler(3, 3)
	violation.pointer == "/spec/minReplicas"
}

test_range_passes if count(hpa_fixed.deny) == 0 with input as scaler(2, 5)
