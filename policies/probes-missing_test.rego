package library.probes_missing_test

import data.library.probes_missing
import rego.v1

deployment(containers) := {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": containers}}}}

test_serving_without_probe_fails if {
	some violation in probes_missing.deny with input as deployment([{"name": "web", "ports": [{"containerPort": 80}]}])
	violation.pointer == "/spec/template/spec/containers/0"
}

test_one_probe_decides_for_the_pod if count(probes_missing.deny) == 0 with input as deployment([
	{"name": "web", "ports": [{"containerPort": 80}], "readinessProbe": {"httpGet": {"path": "/", "port": 80}}},
	{"name": "metrics", "ports": [{"containerPort": 9090}]},
])

test_without_ports_passes if count(probes_missing.deny) == 0 with input as deployment([{"name": "worker"}])
