# METADATA
# title: Ingress without encryption
# description: >-
#   Hosts that no tls entry covers are served in the clear, passwords and cookies included.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
# custom:
#   severity: warning
#   profile: restricted
#   area: networking
#   kinds: [networking.k8s.io/Ingress]
#   fix: Add a tls entry with the host and a certificate, for example from cert-manager.
#   bad: |
#     spec:
#       rules: [{host: shop.example.com}]
#   good: |
#     spec:
#       tls: [{hosts: [shop.example.com], secretName: shop-tls}]
#       rules: [{host: shop.example.com}]
package library.ingress_without_tls

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/spec/rules/%v/host", [index])} if {
	some index, rule in kubernetes.list(input.spec.rules)
	is_string(rule.host)
	not covered(rule.host)
	msg := sprintf("host %v is served without TLS", [rule.host])
}

covered(host) if {
	some entry in kubernetes.list(input.spec.tls)
	some name in kubernetes.list(entry.hosts)
	name in {host, wildcard(host)}
}

# An entry without hosts covers all of them with the controller's certificate.
covered(_) if {
	some entry in kubernetes.list(input.spec.tls)
	not entry.hosts
}

wildcard(host) := concat(".", array.concat(["*"], array.slice(split(host, "."), 1, 100)))
