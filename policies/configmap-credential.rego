# METADATA
# title: Credential in a ConfigMap
# description: >-
#   A ConfigMap is readable by everything in its namespace and is never encrypted. A key in it is a key in Git.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/configmap/
#   - ref: https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
# custom:
#   severity: error
#   profile: baseline
#   area: gitops
#   kinds: [ConfigMap]
#   fix: Move it to an encrypted or external Secret and revoke the credential, for it was exposed.
#   bad: |
#     data:
#       key.pem: |
#         -----BEGIN PRIVATE KEY-----
#   good: |
#     data:
#       key-file: /var/run/secrets/tls/key.pem
package library.configmap_credential

import data.library.kubernetes
import rego.v1

patterns := {
	"a private key": `-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`,
	"an AWS access key": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`,
	"a GitHub token": `\b(ghp|gho|ghs|ghr|github_pat)_[0-9A-Za-z_]{30,}`,
	"a GitLab token": `\bglpat-[0-9A-Za-z_-]{20,}`,
	"a Slack token": `\bxox[abpr]-[0-9A-Za-z-]{10,}`,
}

deny contains {"msg": msg, "pointer": sprintf("/data/%v", [kubernetes.escaped(name)])} if {
	some name, value in kubernetes.map(input.data)
	is_string(value)
	some what, pattern in patterns
	regex.match(pattern, value)
	msg := sprintf("data.%v holds %v; move it to an encrypted Secret and revoke it", [name, what])
}
