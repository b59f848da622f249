# METADATA
# title: Role that reads every Secret
# description: >-
#   A cluster role with get, list or watch on secrets reads the passwords of every namespace, and the tokens of
#   every service account.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#secrets
# custom:
#   severity: warning
#   profile: restricted
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/ClusterRole]
#   standards: [CIS Kubernetes 5.1.2]
#   fix: Use a Role in the namespaces concerned, or resourceNames.
#   bad: |
#     rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]
#   good: |
#     rules: [{apiGroups: [""], resources: [secrets], resourceNames: [shop-tls], verbs: [get]}]
package library.rbac_reads_all_secrets

import data.library.kubernetes
import rego.v1

deny contains {"msg": "reads the Secrets of every namespace", "pointer": sprintf("/rules/%v", [index])} if {
	some index, rule in kubernetes.list(input.rules)
	"" in kubernetes.list(rule.apiGroups)
	some resource in ["secrets", "*"]
	resource in kubernetes.list(rule.resources)
	some verb in ["get", "list", "watch", "*"]
	verb in kubernetes.list(rule.verbs)
	count([1 | some _ in kubernetes.list(rule.resourceNames)]) == 0
}
