package library.flux_api_deprecated_test

import data.library.flux_api_deprecated
import rego.v1

test_beta_fails if {
	some violation in flux_api_deprecated.deny with input as {"apiVersion": "source.toolkit.fluxcd.io/v1beta2", "kind": "GitRepository"}
	endswith(violation.msg, "use source.toolkit.fluxcd.io/v1")
}

test_current_passes if count(flux_api_deprecated.deny) == 0 with input as {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease"}
