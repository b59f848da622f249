package library.ingress_class_annotation_test

import data.library.ingress_class_annotation
import rego.v1

test_annotation_fails if count(ingress_class_annotation.deny) == 1 with input as {
	"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
	"metadata": {"annotations": {"kubernetes.io/ingress.class": "nginx"}},
}

test_field_passes if count(ingress_class_annotation.deny) == 0 with input as {
	"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
	"metadata": {"annotations": {"a": "b"}}, "spec": {"ingressClassName": "nginx"},
}
