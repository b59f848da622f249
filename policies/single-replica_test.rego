package library.single_replica_test

import data.library.single_replica
import rego.v1

deployment(spec) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}

test_one_fails if count(single_replica.deny) == 1 with input as deployment({"replicas": 1}) with data.gitops.objects as {}

test_default_is_one if count(single_replica.deny) == 1 with input as deployment({}) with data.gitops.objects as {}

test_two_pass if count(single_replica.deny) == 0 with input as deployment({"replicas": 2}) with data.gitops.objects as {}

test_scaled_passes if {
	objects := {"autoscaling/HorizontalPodAutoscaler": {"": {"web": {"target": {"kind": "Deployment", "name": "web"}}}}}
	count(single_replica.deny) == 0 with input as deployment({}) with data.gitops.objects as objects
}
