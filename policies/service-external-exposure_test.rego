package library.service_external_exposure_test

import data.library.service_external_exposure
import rego.v1

service(spec, annotations) := {"apiVersion": "v1", "kind": "Service", "metadata": {"annotations": annotations}, "spec": spec}

test_open_load_balancer_fails if {
	some violation in service_external_exposure.deny with input as service({"type": "LoadBalancer"}, {})
	violation.pointer == "/spec/type"
}

test_range_of_everything_fails if count(service_external_exposure.deny) == 1 with input as service({"type": "LoadBalancer", "loadBalancerSourceRanges": ["0.0.0.0/0"]}, {})

test_node_port_fails if count(service_external_exposure.deny) == 1 with input as service({"type": "NodePort"}, {})

test_source_range_passes if count(service_external_exposure.deny) == 0 with input as service({"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}, {})

test_internal_passes if count(service_external_exposure.deny) == 0 with input as service({"type": "LoadBalancer"}, {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"})

test_cluster_ip_passes if count(service_external_exposure.deny) == 0 with input as service({"ports": [{"port": 80}]}, {})

test_other_clouds_internal_passes if {
	count(service_external_exposure.deny) == 0 with input as service({"type": "LoadBalancer"}, {"networking.gke.io/load-balancer-type": "Internal"})
	count(service_external_exposure.deny) == 0 with input as service({"type": "LoadBalancer"}, {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"})
}
