# METADATA
# title: Binding to cluster-admin
# description: >-
#   cluster-admin may do everything, also change its own auditing. A binding outlives the task it was made for.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: warning
#   profile: restricted
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]
#   standards: [CIS Kubernetes 5.1.1]
#   fix: Write a role with what is needed. For the controller that deploys everything, suppress with the reason.
#   bad: |
#     roleRef: {kind: ClusterRole, name: cluster-admin}
#   good: |
#     roleRef: {kind: ClusterRole, name: shop-deployer}
package library.cluster_admin_binding

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": "/roleRef/name"} if {
	input.roleRef.kind == "ClusterRole"
	input.roleRef.name == "cluster-admin"
	subjects := [sprintf("%v %v", [subject.kind, subject.name]) | some subject in kubernetes.list(input.subjects)]
	msg := sprintf("grants cluster-admin to %v", [concat(", ", subjects)])
}
