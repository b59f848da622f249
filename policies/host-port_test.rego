package library.host_port_test

import data.library.host_port
import rego.v1

pod(port, host_network) := {"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": host_network, "containers": [{"name": "web", "ports": [port]}]}}

test_host_port_fails if {
	some violation in host_port.deny with input as pod({"containerPort": 80, "hostPort": 80}, false)
	violation.pointer == "/spec/containers/0/ports/0/hostPort"
}

test_zero_is_none if count(host_port.deny) == 0 with input as pod({"containerPort": 80, "hostPort": 0}, false)

test_host_network_is_said_elsewhere if count(host_port.deny) == 0 with input as pod({"containerPort": 80, "hostPort": 80}, true)
