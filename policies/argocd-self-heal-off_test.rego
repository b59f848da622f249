package library.argocd_self_heal_off_test

import data.library.argocd_self_heal_off
import rego.v1

application(automated) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"syncPolicy": {"automated": automated}}}

test_off_fails if count(argocd_self_heal_off.deny) == 1 with input as application({"prune": true})

test_on_passes if count(argocd_self_heal_off.deny) == 0 with input as application({"selfHeal": true})
