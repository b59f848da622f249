# METADATA
# title: Cluster role grants everything
# description: >-
#   A rule with "*" for resources and for verbs grants every resource that exists and every one that some future
#   operator brings, secrets and the right to grant rights included.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: warning
#   profile: baseline
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/ClusterRole]
#   standards: [CIS Kubernetes 5.1.3]
#   fix: List the resources and verbs that the program uses.
#   bad: |
#     rules:
#       - apiGroups: ["*"]
#         resources: ["*"]
#         verbs: ["*"]
#   good: |
#     rules:
#       - apiGroups: [""]
#         resources: [configmaps]
#         verbs: [get, list, watch]
package library.rbac_wildcard

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/rules/%v", [index])} if {
	some index, rule in kubernetes.list(input.rules)
	"*" in kubernetes.list(rule.resources)
	"*" in kubernetes.list(rule.verbs)
	some group in ["*", ""]
	group in kubernetes.list(rule.apiGroups)
	msg := sprintf("grants every verb on every resource of %v in every namespace; list what is needed", [where(rule.apiGroups)])
}

where(groups) := "every group" if "*" in groups

where(groups) := "the core group, secrets included" if not "*" in groups
