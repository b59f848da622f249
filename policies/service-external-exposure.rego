# METADATA
# title: Service open to the outside
# description: >-
#   A LoadBalancer Service without source ranges is reachable from wherever its load balancer is, usually the internet;
#   a NodePort opens a port on every node.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
# custom:
#   severity: warning
#   profile: restricted
#   area: networking
#   kinds: [Service]
#   fix: Use ClusterIP behind an Ingress or Gateway, an internal load balancer, or set loadBalancerSourceRanges.
#   bad: |
#     spec: {type: LoadBalancer}
#   good: |
#     spec:
#       type: LoadBalancer
#       loadBalancerSourceRanges: [10.0.0.0/8]
package library.service_external_exposure

import data.library.kubernetes
import rego.v1

deny contains {"msg": "a LoadBalancer without loadBalancerSourceRanges is open to wherever it can be reached from", "pointer": "/spec/type"} if {
	input.spec.type == "LoadBalancer"
	open_range
	not inside
}

deny contains {"msg": "a NodePort opens this Service on every node of the cluster", "pointer": "/spec/type"} if input.spec.type == "NodePort"

open_range if not input.spec.loadBalancerSourceRanges

open_range if "0.0.0.0/0" in input.spec.loadBalancerSourceRanges

# Cloud providers mark a load balancer as internal by annotation.
inside if {
	some name, value in kubernetes.map(input.metadata.annotations)
	contains(lower(name), "internal")
	not lower(sprintf("%v", [value])) in {"false", "0.0.0.0/0"}
}

inside if {
	some name, value in kubernetes.map(input.metadata.annotations)
	contains(lower(name), "load-balancer-t")
	lower(sprintf("%v", [value])) == "internal"
}

inside if {
	some name, value in kubernetes.map(input.metadata.annotations)
	endswith(lower(name), "load-balancer-scheme")
	lower(sprintf("%v", [value])) == "internal"
}
