package library.config_reference_missing_test

import data.library.config_reference_missing
import rego.v1

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "shop"}, "spec": {
	"containers": [{
		"name": "web",
		"envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "tokens"}}],
		"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "more", "key": "a"}}}],
	}],
	"volumes": [{"configMap": {"name": "kube-root-ca.crt"}}, {"secret": {"secretName": "tls"}}, {"configMap": {"name": "extra", "optional": true}}],
}}

test_what_is_missing_is_named if {
	found := config_reference_missing.deny with input as pod with data.gitops.objects as {}
	{violation.pointer | some violation in found} == {
		"/spec/containers/0/envFrom/0",
		"/spec/containers/0/envFrom/1",
		"/spec/containers/0/env/0",
		"/spec/volumes/1",
	}
}

test_what_is_there_passes if {
	objects := {
		"ConfigMap": {"shop": {"settings": {}, "more": {}}},
		"external-secrets.io/ExternalSecret": {"shop": {"tokens": {}}},
		"cert-manager.io/Certificate": {"shop": {"web": {"secret": "tls"}}},
	}
	count(config_reference_missing.deny) == 0 with input as pod with data.gitops.objects as objects
}
