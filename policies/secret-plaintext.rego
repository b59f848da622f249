# METADATA
# title: Secret in plain text
# description: >-
#   Everything that ever was in Git stays in its history and in every clone. A Secret's base64 is not encryption, and a
#   password that was committed has to be changed, not deleted.
# related_resources:
#   - ref: https://fluxcd.io/flux/security/secrets-management/
#   - ref: https://argo-cd.readthedocs.io/en/stable/operator-manual/secret-management/
# custom:
#   severity: error
#   profile: baseline
#   area: gitops
#   kinds: [Secret]
#   fix: Encrypt it (SOPS, SealedSecret) or fetch it in the cluster (ExternalSecret), and change the value that was exposed.
#   bad: |
#     kind: Secret
#     stringData: {password: hunter2}
#   good: |
#     kind: ExternalSecret
#     spec:
#       secretStoreRef: {name: vault, kind: ClusterSecretStore}
#       target: {name: database}
package library.secret_plaintext

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/%v", [field]), "severity": severity(names)} if {
	not encrypted
	not filled_in_cluster
	some field in ["data", "stringData"]
	names := [name | some name, value in kubernetes.map(input[field]); exposed(name, value)]
	count(names) > 0
	msg := sprintf("Secret holds %v in plain text; encrypt it (SOPS, SealedSecret) or fetch it in the cluster (ExternalSecret)", [concat(", ", sort(names))])
}

# Files of settings are kept in Secrets too; whether one holds a password cannot be seen from its name.
severity(names) := "warning" if {
	every name in names {
		regex.match(`\.(properties|conf|config|cfg|ini|ya?ml|json|toml|xml|txt)$`, name)
	}
} else := "error"

encrypted if is_object(input.sops)

# Argo CD's Vault plugin puts the values in at deploy time.
filled_in_cluster if {
	some name, _ in kubernetes.map(input.metadata.annotations)
	startswith(name, "avp.kubernetes.io/")
}

# Names that carry no secret by themselves: addresses, public halves, settings for other tools.
public := {"ca.crt", "tls.crt", "url", "username", "type", "name", "project", "server", "insecure", "enableLfs", "namespace", "known_hosts", "identity.pub"}

exposed(name, value) if {
	is_string(value)
	not lower(name) in public
	not blank(value)
	not kubernetes.unresolved(value)
	not startswith(value, "ENC[")
	not injected(value)
}

# A reference that vals or the 1Password command line replaces when the manifest is applied.
injected(value) if regex.match(`^\s*(ref\+[a-z0-9]+|op)://\S+\s*$`, value)

blank(value) if trim_space(value) == ""
