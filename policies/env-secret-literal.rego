# METADATA
# title: Secret value in an environment variable
# description: >-
#   A password written into a manifest is in Git for good, is shown by every tool that prints the object, and cannot
#   be changed without a rollout.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/secret/#use-cases
# custom:
#   severity: warning
#   profile: baseline
#   area: gitops
#   kinds: [workloads]
#   fix: Put the value into an encrypted or external Secret and refer to it with valueFrom.secretKeyRef; then change it, for it was exposed.
#   bad: |
#     env:
#       - {name: DB_PASSWORD, value: hunter2}
#   good: |
#     env:
#       - name: DB_PASSWORD
#         valueFrom:
#           secretKeyRef: {name: database, key: password}
package library.env_secret_literal

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/env/%v/value", [found.pointer, index])} if {
	some found in kubernetes.containers
	some index, variable in kubernetes.list(found.container.env)
	secret_name(variable.name)
	literal(variable.value)
	msg := sprintf("container %v: %v looks like a secret and its value is in Git; use valueFrom.secretKeyRef", [found.name, variable.name])
}

secret_name(name) if {
	is_string(name)
	regex.match(`(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|API_KEY|APIKEY|PRIVATE_KEY|ACCESS_TOKEN|AUTH_TOKEN|TOKEN)$`, upper(name))
}

# Paths, addresses, switches, references to other variables and names of settings are no secrets.
literal(value) if {
	is_string(value)
	value != ""
	not kubernetes.unresolved(value)
	not regex.match(`^(\$\(.*\)|/.*|[a-z]+://.*|true|false|none|null|[0-9]{1,4}|ref\+.*|vault:.*|file:.*)$`, lower(value))
}
