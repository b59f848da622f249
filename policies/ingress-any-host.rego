# METADATA
# title: Ingress for every host
# description: >-
#   A rule without a host, or with a bare star, answers for every name that reaches the load balancer, also names of
#   other teams that have no Ingress yet.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
# custom:
#   severity: warning
#   profile: restricted
#   area: networking
#   kinds: [networking.k8s.io/Ingress]
#   fix: Name the host.
#   bad: |
#     rules:
#       - http: {paths: []}
#   good: |
#     rules:
#       - host: shop.example.com
#         http: {paths: []}
package library.ingress_any_host

import data.library.kubernetes
import rego.v1

deny contains {"msg": "this rule answers for every host; name one", "pointer": sprintf("/spec/rules/%v", [index])} if {
	some index, rule in kubernetes.list(input.spec.rules)
	object.get(kubernetes.map(rule), "host", "") in {"", "*"}
}
