package library.secret_plaintext_test

import data.library.secret_plaintext
import rego.v1

secret(fields) := object.union({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}, fields)

test_values_are_named_not_shown if {
	some violation in secret_plaintext.deny with input as secret({"stringData": {"password": "hunter2", "user": "x"}})
	contains(violation.msg, "password, user")
	not contains(violation.msg, "hunter2")
	violation.pointer == "/stringData"
}

test_encoded_is_plain if count(secret_plaintext.deny) == 1 with input as secret({"data": {"password": "aHVudGVyMg=="}})

test_digest_of_a_rendered_value_is_plain if count(secret_plaintext.deny) == 1 with input as secret({"data": {"password": "digest:0123456789abcdef"}})

test_sops_passes if count(secret_plaintext.deny) == 0 with input as secret({"data": {"password": "ENC[AES256_GCM]"}, "sops": {"version": "3.9.0"}})

test_empty_passes if count(secret_plaintext.deny) == 0 with input as secret({"data": {"password": ""}})

test_vault_placeholder_passes if count(secret_plaintext.deny) == 0 with input as secret({"stringData": {"password": "<path:secret/data/db#password>"}})

test_annotated_for_vault_passes if count(secret_plaintext.deny) == 0 with input as {
	"apiVersion": "v1", "kind": "Secret",
	"metadata": {"name": "a", "annotations": {"avp.kubernetes.io/path": "secret/data/db"}},
	"data": {"password": "digest:0123456789abcdef"},
}

test_public_parts_pass if count(secret_plaintext.deny) == 0 with input as secret({"stringData": {"url": "https://git.example.com", "type": "git"}})

test_settings_files_are_a_warning if {
	some violation in secret_plaintext.deny with input as secret({"stringData": {"broker.properties": "a=b"}})
	violation.severity == "warning"
}

test_settings_beside_a_password_are_not if {
	some violation in secret_plaintext.deny with input as secret({"stringData": {"broker.properties": "a=b", "password": "x"}})
	violation.severity == "error"
}

test_references_that_are_filled_in_at_deploy_pass if count(secret_plaintext.deny) == 0 with input as secret({"stringData": {
	"token": "op://Kubernetes/1password/TOKEN\n",
	"password": "ref+vault://secret/db#/password",
}})

test_a_password_that_begins_like_a_reference_does_not_pass if count(secret_plaintext.deny) == 1 with input as secret({"stringData": {"token": "op:// x y"}})
