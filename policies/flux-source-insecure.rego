# METADATA
# title: Flux reads its source unprotected
# description: >-
#   Over plain HTTP, or with certificate checks off, anybody on the way can hand the cluster other manifests than
#   those in Git.
# related_resources:
#   - ref: https://fluxcd.io/flux/security/best-practices/
# custom:
#   severity: error
#   profile: baseline
#   area: flux
#   kinds: [source.toolkit.fluxcd.io/GitRepository, source.toolkit.fluxcd.io/HelmRepository, source.toolkit.fluxcd.io/OCIRepository, source.toolkit.fluxcd.io/Bucket]
#   fix: Use https, ssh or oci with certificates that are checked.
#   bad: |
#     spec: {url: "http://git.example.com/shop.git"}
#   good: |
#     spec: {url: "https://git.example.com/shop.git"}
package library.flux_source_insecure

import rego.v1

deny contains {"msg": msg, "pointer": "/spec/url"} if {
	is_string(input.spec.url)
	startswith(input.spec.url, "http://")
	# A name without a dot, or of the cluster's own domain, stays inside the cluster.
	not regex.match(`^http://[^./:]+([:/]|$)|^http://[^/]+\.(svc|cluster\.local)([.:/]|$)`, input.spec.url)
	msg := sprintf("%v is read over plain HTTP: what arrives may not be what is there", [input.spec.url])
}

deny contains {"msg": "insecure: the source is read without checking who answers", "pointer": "/spec/insecure"} if {
	input.spec.insecure == true
	input.kind != "HelmRepository"
}
