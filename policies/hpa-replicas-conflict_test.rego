package library.hpa_replicas_conflict_test

import data.library.hpa_replicas_conflict
import rego.v1

deployment(spec) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}

objects := {"autoscaling/HorizontalPodAutoscaler": {"shop": {"web": {"target": {"kind": "Deployment", "name": "web"}}}}}

test_both_fail if {
	some violation in hpa_replicas_conflict.deny with input as deployment({"replicas": 3}) with data.gitops.objects as objects
	violation.pointer == "/spec/replicas"
}

test_left_out_passes if count(hpa_replicas_conflict.deny) == 0 with input as deployment({}) with data.gitops.objects as objects

test_no_autoscaler_passes if count(hpa_replicas_conflict.deny) == 0 with input as deployment({"replicas": 3}) with data.gitops.objects as {}
