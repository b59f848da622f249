# METADATA
# title: Configuration snippet in an Ingress
# description: >-
#   A snippet is pasted into the proxy's configuration as it is. Whoever may write the Ingress can read every secret
#   that the proxy holds (CVE-2021-25742).
# related_resources:
#   - ref: https://github.com/kubernetes/ingress-nginx/issues/7837
# custom:
#   severity: warning
#   profile: restricted
#   area: networking
#   kinds: [networking.k8s.io/Ingress]
#   fix: Use the controller's own annotations for what the snippet does.
#   bad: |
#     annotations:
#       nginx.ingress.kubernetes.io/configuration-snippet: "more_set_headers 'A: b';"
#   good: |
#     annotations:
#       nginx.ingress.kubernetes.io/custom-headers: shop/headers
package library.ingress_snippet

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("/metadata/annotations/%v", [kubernetes.escaped(name)])} if {
	some name, _ in kubernetes.map(input.metadata.annotations)
	regex.match(`(^|/)(configuration|server|auth|stream|modsecurity|http)-snippet$`, name)
	msg := sprintf("annotation %v puts text into the proxy's configuration as it is", [name])
}
