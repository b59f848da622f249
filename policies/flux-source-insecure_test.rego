package library.flux_source_insecure_test

import data.library.flux_source_insecure
import rego.v1

repository(kind, spec) := {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind, "spec": spec}

test_plain_http_fails if {
	some violation in flux_source_insecure.deny with input as repository("GitRepository", {"url": "http://git.example.com/shop.git"})
	violation.pointer == "/spec/url"
}

test_insecure_fails if count(flux_source_insecure.deny) == 1 with input as repository("OCIRepository", {"url": "oci://r/x", "insecure": true})

test_https_passes if count(flux_source_insecure.deny) == 0 with input as repository("GitRepository", {"url": "https://git.example.com/shop.git"})

test_inside_the_cluster_passes if {
	count(flux_source_insecure.deny) == 0 with input as repository("HelmRepository", {"url": "http://charts.tools.svc.cluster.local:8080"})
	count(flux_source_insecure.deny) == 0 with input as repository("HelmRepository", {"url": "http://chartmuseum/"})
}
