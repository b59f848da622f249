package library.argocd_prune_off_test

import data.library.argocd_prune_off
import rego.v1

application(automated) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"syncPolicy": {"automated": automated}}}

test_no_prune_fails if count(argocd_prune_off.deny) == 1 with input as application({"selfHeal": true})

test_prune_passes if count(argocd_prune_off.deny) == 0 with input as application({"prune": true})

test_manual_sync_passes if count(argocd_prune_off.deny) == 0 with input as application({"enabled": false})
