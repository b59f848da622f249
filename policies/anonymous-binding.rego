# METADATA
# title: Rights for everybody
# description: >-
#   system:anonymous and system:unauthenticated are callers without any credentials; system:authenticated is
#   everybody with a valid account, in some clouds of any customer.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: error
#   profile: baseline
#   area: rbac
#   kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]
#   standards: [CIS Kubernetes 5.1.1]
#   fix: Bind to the users, groups or service accounts that need it.
#   bad: |
#     subjects: [{kind: Group, name: "system:unauthenticated"}]
#   good: |
#     subjects: [{kind: Group, name: shop-developers}]
package library.anonymous_binding

import data.library.kubernetes
import rego.v1

# What Kubernetes itself grants to everybody.
harmless := {"system:public-info-viewer", "system:basic-user", "system:discovery", "system:service-account-issuer-discovery", "system:scope-impersonation"}

deny contains {"msg": msg, "pointer": sprintf("/subjects/%v/name", [index])} if {
	some index, subject in kubernetes.list(input.subjects)
	subject.name in {"system:anonymous", "system:unauthenticated", "system:authenticated"}
	role := object.get(input, ["roleRef", "name"], "?")
	not role in harmless
	msg := sprintf("grants %v to %v, which is everybody", [role, subject.name])
}
