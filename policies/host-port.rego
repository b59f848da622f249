# METADATA
# title: Container takes a port of the node
# description: >-
#   A hostPort is open on the node's addresses, passes network policies and Services by, and keeps a second such pod
#   off the node.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
#   - ref: https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   severity: warning
#   profile: baseline
#   area: networking
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline]
#   fix: Remove hostPort and reach the pod through a Service.
#   bad: |
#     ports:
#       - {containerPort: 8080, hostPort: 8080}
#   good: |
#     ports:
#       - {containerPort: 8080}
package library.host_port

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/ports/%v/hostPort", [found.pointer, index])} if {
	# On the host network every port is one of the node, which host-namespaces says.
	not kubernetes.pod_spec.hostNetwork
	some found in kubernetes.containers
	some index, port in kubernetes.list(found.container.ports)
	is_number(port.hostPort)
	port.hostPort > 0
	msg := sprintf("container %v takes port %v of the node; reach it through a Service", [found.name, port.hostPort])
}
