# METADATA
# title: Service account that nothing provides
# description: >-
#   Pods that name a service account which is not there are never created. The workload shows no pod and says why
#   only in its events.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
# custom:
#   severity: note
#   profile: all
#   area: gitops
#   kinds: [workloads]
#   fix: Add the ServiceAccount to the environment or correct the name.
#   bad: |
#     spec: {serviceAccountName: shopp}
#   good: |
#     spec: {serviceAccountName: shop}
package library.service_account_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/serviceAccountName", [kubernetes.pod_pointer])} if {
	name := kubernetes.pod_spec.serviceAccountName
	not name in {"", "default"}
	not data.gitops.objects.ServiceAccount[kubernetes.namespace][name]
	msg := sprintf("no ServiceAccount %v is deployed to this environment", [name])
}
