package library.flux_remediation_missing_test

import data.library.flux_remediation_missing
import rego.v1

release(spec) := {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": spec}

test_none_fails_for_both if count(flux_remediation_missing.deny) == 2 with input as release({})

test_handled_passes if count(flux_remediation_missing.deny) == 0 with input as release({"install": {"strategy": {"name": "RetryOnFailure"}}, "upgrade": {"remediation": {"retries": 3}}})
