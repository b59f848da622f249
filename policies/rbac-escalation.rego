# METADATA
# title: Role that can raise its own rights
# description: >-
#   Whoever may escalate or bind roles, or impersonate others, holds every right there is, whatever else the role
#   says.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
# custom:
#   severity: warning
#   profile: restricted
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]
#   standards: [CIS Kubernetes 5.1.8]
#   fix: Remove the verb, or limit it with resourceNames.
#   bad: |
#     rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}]
#   good: |
#     rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [shop], verbs: [bind]}]
package library.rbac_escalation

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/rules/%v/verbs", [index])} if {
	some index, rule in kubernetes.list(input.rules)
	some verb in kubernetes.list(rule.verbs)
	verb in {"escalate", "bind", "impersonate"}
	count([1 | some _ in kubernetes.list(rule.resourceNames)]) == 0
	msg := sprintf("the verb %v lets whoever has this role take any right", [verb])
}
