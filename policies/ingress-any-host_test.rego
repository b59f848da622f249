package library.ingress_any_host_test

import data.library.ingress_any_host
import rego.v1

ingress(rule) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"rules": [rule]}}

test_no_host_fails if {
	some violation in ingress_any_host.deny with input as ingress({"http": {}})
	violation.pointer == "/spec/rules/0"
}

test_host_passes if count(ingress_any_host.deny) == 0 with input as ingress({"host": "shop.example.com"})
