# METADATA
# title: Rights for the default service account
# description: >-
#   Every pod that names no account runs as the default one, so its rights go to pods that nobody thought of.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: warning
#   profile: restricted
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]
#   standards: [CIS Kubernetes 5.1.5]
#   fix: Give the program a service account of its own and bind to that.
#   bad: |
#     subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
#   good: |
#     subjects: [{kind: ServiceAccount, name: shop, namespace: shop}]
package library.default_account_binding

import data.library.kubernetes
import rego.v1

deny contains {"msg": "grants rights to the default service account, which every pod without one uses", "pointer": sprintf("/subjects/%v/name", [index])} if {
	some index, subject in kubernetes.list(input.subjects)
	subject.kind == "ServiceAccount"
	subject.name == "default"
}
