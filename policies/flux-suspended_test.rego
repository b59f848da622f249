package library.flux_suspended_test

import data.library.flux_suspended
import rego.v1

release(spec) := {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": spec}

test_suspended_fails if count(flux_suspended.deny) == 1 with input as release({"suspend": true})

test_running_passes if count(flux_suspended.deny) == 0 with input as release({"suspend": false})
