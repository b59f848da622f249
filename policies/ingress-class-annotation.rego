# METADATA
# title: Ingress class by the old annotation
# description: >-
#   The annotation kubernetes.io/ingress.class has been deprecated since Kubernetes 1.18, and controllers drop it
#   one by one; the Ingress is then served by none.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation
# custom:
#   severity: warning
#   profile: restricted
#   area: networking
#   kinds: [networking.k8s.io/Ingress]
#   fix: Set spec.ingressClassName and remove the annotation.
#   bad: |
#     metadata:
#       annotations: {kubernetes.io/ingress.class: nginx}
#   good: |
#     spec: {ingressClassName: nginx}
package library.ingress_class_annotation

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": "/metadata/annotations/kubernetes.io~1ingress.class"} if {
	class := input.metadata.annotations["kubernetes.io/ingress.class"]
	msg := sprintf("set spec.ingressClassName: %v in place of the deprecated annotation", [class])
}
