package library.env_secret_literal_test

import data.library.env_secret_literal
import rego.v1

pod(name, value) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "env": [{"name": name, "value": value}]}]}}

test_literal_password_fails if {
	some violation in env_secret_literal.deny with input as pod("DB_PASSWORD", "hunter2")
	violation.pointer == "/spec/containers/0/env/0/value"
	not contains(violation.msg, "hunter2")
}

test_path_passes if count(env_secret_literal.deny) == 0 with input as pod("TOKEN", "/var/run/token")

test_reference_to_variable_passes if count(env_secret_literal.deny) == 0 with input as pod("API_KEY", "$(OTHER)")

test_placeholder_passes if count(env_secret_literal.deny) == 0 with input as pod("API_KEY", "${API_KEY}")

test_ordinary_name_passes if count(env_secret_literal.deny) == 0 with input as pod("TOKEN_LIFETIME", "3600s")
