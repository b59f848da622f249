package library.probes_equal_test

import data.library.probes_equal
import rego.v1

pod(ready, alive) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "readinessProbe": ready, "livenessProbe": alive}]}}

test_equal_fails if {
	some violation in probes_equal.deny with input as pod({"tcpSocket": {"port": 1}}, {"tcpSocket": {"port": 1}})
	violation.pointer == "/spec/containers/0/livenessProbe"
}

test_different_passes if count(probes_equal.deny) == 0 with input as pod({"tcpSocket": {"port": 1}}, {"tcpSocket": {"port": 1}, "failureThreshold": 30})
