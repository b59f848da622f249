package library.service_account_token_test

import data.library.service_account_token
import rego.v1

pod(spec) := {"apiVersion": "v1", "kind": "Pod", "spec": spec}

test_default_account_fails if {
	some violation in service_account_token.deny with input as pod({"containers": []})
	violation.pointer == "/spec"
}

test_declined_passes if count(service_account_token.deny) == 0 with input as pod({"automountServiceAccountToken": false})

test_own_account_passes if count(service_account_token.deny) == 0 with input as pod({"serviceAccountName": "operator"})
