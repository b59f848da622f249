# METADATA
# title: Service takes over addresses
# description: >-
#   With externalIPs a Service catches traffic for any address, also one that belongs to somebody else
#   (CVE-2020-8554).
# related_resources:
#   - ref: https://github.com/kubernetes/kubernetes/issues/97076
# custom:
#   severity: warning
#   profile: baseline
#   area: networking
#   kinds: [Service]
#   fix: Use a LoadBalancer or an Ingress.
#   bad: |
#     spec: {externalIPs: [203.0.113.7]}
#   good: |
#     spec: {type: LoadBalancer}
package library.service_external_ips

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": "/spec/externalIPs"} if {
	count(kubernetes.list(input.spec.externalIPs)) > 0
	msg := sprintf("catches traffic for %v whoever owns it", [input.spec.externalIPs])
}
