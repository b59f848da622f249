package library.selector_mismatch_test

import data.library.selector_mismatch
import rego.v1

deployment(labels) := {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
	"selector": {"matchLabels": {"app": "web"}},
	"template": {"metadata": {"labels": labels}},
}}

test_other_value_fails if {
	some violation in selector_mismatch.deny with input as deployment({"app": "shop"})
	violation.pointer == "/spec/selector/matchLabels/app"
}

test_no_labels_fail if count(selector_mismatch.deny) == 1 with input as deployment({})

test_match_passes if count(selector_mismatch.deny) == 0 with input as deployment({"app": "web", "tier": "front"})
