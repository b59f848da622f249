# METADATA
# title: Pod gets an API token it may not need
# description: >-
#   Every pod is handed a token for the cluster's API unless it declines. A program that never calls the API only
#   loses it.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# custom:
#   severity: note
#   profile: all
#   area: security
#   kinds: [workloads]
#   standards: [CIS Kubernetes 5.1.6]
#   fix: "Set automountServiceAccountToken: false for pods that do not call the API."
#   bad: |
#     spec: {serviceAccountName: default}
#   good: |
#     spec: {automountServiceAccountToken: false}
package library.service_account_token

import data.library.kubernetes
import rego.v1

# A pod with a service account of its own is taken to need it.
deny contains {"msg": "the pod is handed the default account's API token; set automountServiceAccountToken: false", "pointer": kubernetes.pod_pointer} if {
	is_object(kubernetes.pod_spec)
	object.get(kubernetes.pod_spec, "serviceAccountName", "default") == "default"
	not declined
}

declined if kubernetes.pod_spec.automountServiceAccountToken == false
