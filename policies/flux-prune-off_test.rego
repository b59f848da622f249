package library.flux_prune_off_test

import data.library.flux_prune_off
import rego.v1

kustomization(prune) := {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "spec": {"prune": prune}}

test_off_fails if count(flux_prune_off.deny) == 1 with input as kustomization(false)

test_on_passes if count(flux_prune_off.deny) == 0 with input as kustomization(true)
