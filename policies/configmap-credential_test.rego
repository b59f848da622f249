package library.configmap_credential_test

import data.library.configmap_credential
import rego.v1

config(value) := {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a/b": value}}

test_private_key_fails if {
	some violation in configmap_credential.deny with input as config("-----BEGIN RSA PRIVATE KEY-----\nMIIE")
	violation.pointer == "/data/a~1b"
}

test_cloud_key_fails if count(configmap_credential.deny) == 1 with input as config("key = AKIAABCDEFGHIJKLMNOP")

test_public_certificate_passes if count(configmap_credential.deny) == 0 with input as config("-----BEGIN CERTIFICATE-----")
