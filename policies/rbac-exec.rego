# METADATA
# title: Role that can enter containers
# description: >-
#   exec, attach and port-forward run commands inside running pods with their rights, past every review in Git.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: note
#   profile: all
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]
#   fix: Leave it out of standing roles and grant it for a limited time when needed.
#   bad: |
#     rules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]
#   good: |
#     rules: [{apiGroups: [""], resources: [pods/log], verbs: [get]}]
package library.rbac_exec

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/rules/%v/resources", [index])} if {
	some index, rule in kubernetes.list(input.rules)
	some resource in kubernetes.list(rule.resources)
	resource in {"pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"}
	msg := sprintf("%v lets whoever has this role into running pods", [resource])
}
