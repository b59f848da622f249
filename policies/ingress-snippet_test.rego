package library.ingress_snippet_test

import data.library.ingress_snippet
import rego.v1

ingress(annotations) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"annotations": annotations}}

test_snippet_fails if {
	some violation in ingress_snippet.deny with input as ingress({"nginx.ingress.kubernetes.io/server-snippet": "x"})
	violation.pointer == "/metadata/annotations/nginx.ingress.kubernetes.io~1server-snippet"
}

test_other_passes if count(ingress_snippet.deny) == 0 with input as ingress({"nginx.ingress.kubernetes.io/rewrite-target": "/"})
