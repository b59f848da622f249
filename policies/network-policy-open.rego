# METADATA
# title: Network policy that lets everything in
# description: >-
#   A rule without "from" and without ports allows every peer. The policy looks like protection and gives none.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: note
#   profile: all
#   area: networking
#   kinds: [networking.k8s.io/NetworkPolicy]
#   fix: Name the peers, or say with a suppression that all are meant.
#   bad: |
#     ingress:
#       - {}
#   good: |
#     ingress:
#       - from: [{podSelector: {}}]
package library.network_policy_open

import data.library.kubernetes
import rego.v1

deny contains {"msg": "this rule allows every peer on every port", "pointer": sprintf("/spec/ingress/%v", [index])} if {
	some index, rule in kubernetes.list(input.spec.ingress)
	is_object(rule)
	object.get(rule, "from", []) in [[], null]
	object.get(rule, "ports", []) in [[], null]
}
