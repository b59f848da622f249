package library.network_policy_open_test

import data.library.network_policy_open
import rego.v1

policy(rule) := {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"ingress": [rule]}}

test_empty_rule_fails if {
	some violation in network_policy_open.deny with input as policy({})
	violation.pointer == "/spec/ingress/0"
}

test_peer_passes if count(network_policy_open.deny) == 0 with input as policy({"from": [{"podSelector": {}}]})

test_port_passes if count(network_policy_open.deny) == 0 with input as policy({"ports": [{"port": 80}]})
