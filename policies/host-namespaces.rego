# METADATA
# title: Pod shares the node's namespaces
# description: >-
#   With hostNetwork, hostPID or hostIPC a pod listens on the node's addresses, sees its processes or its shared
#   memory. Network policies do not apply to a pod on the host network.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline, CIS Kubernetes 5.2.3, CIS Kubernetes 5.2.4, CIS Kubernetes 5.2.5]
#   fix: Remove the setting and reach the pod through a Service. For a node agent that needs it, suppress with the reason.
#   bad: |
#     spec:
#       hostNetwork: true
#   good: |
#     spec:
#       hostNetwork: false
package library.host_namespaces

import data.library.kubernetes
import rego.v1

meaning := {
	"hostNetwork": "listens on the node's addresses and escapes network policies",
	"hostPID": "sees and can signal every process of the node",
	"hostIPC": "shares the node's memory segments",
}

deny contains {"msg": msg, "pointer": sprintf("%v/%v", [kubernetes.pod_pointer, setting])} if {
	some setting, text in meaning
	kubernetes.pod_spec[setting] == true
	msg := sprintf("%v: the pod %v", [setting, text])
}
