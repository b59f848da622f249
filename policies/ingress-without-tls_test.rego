package library.ingress_without_tls_test

import data.library.ingress_without_tls
import rego.v1

ingress(tls) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"tls": tls, "rules": [{"host": "shop.example.com"}]}}

test_uncovered_fails if {
	some violation in ingress_without_tls.deny with input as ingress([{"hosts": ["other.example.com"]}])
	violation.pointer == "/spec/rules/0/host"
}

test_covered_passes if count(ingress_without_tls.deny) == 0 with input as ingress([{"hosts": ["shop.example.com"]}])

test_wildcard_passes if count(ingress_without_tls.deny) == 0 with input as ingress([{"hosts": ["*.example.com"]}])

test_entry_for_all_passes if count(ingress_without_tls.deny) == 0 with input as ingress([{"secretName": "default"}])
