package library.service_selects_nothing_test

import data.library.service_selects_nothing
import rego.v1

service(selector) := {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop"}, "spec": {"selector": selector}}

objects := {"apps/Deployment": {"shop": {"web": {"pods": {"app": "web", "tier": "front"}}}}}

test_typo_fails if {
	some violation in service_selects_nothing.deny with input as service({"app": "wbe"}) with data.gitops.objects as objects
	violation.pointer == "/spec/selector"
}

test_match_passes if count(service_selects_nothing.deny) == 0 with input as service({"app": "web"}) with data.gitops.objects as objects

test_no_selector_passes if count(service_selects_nothing.deny) == 0 with input as service({}) with data.gitops.objects as objects
