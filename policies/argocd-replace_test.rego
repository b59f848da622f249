package library.argocd_replace_test

import data.library.argocd_replace
import rego.v1

application(options) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"syncPolicy": {"syncOptions": options}}}

test_replace_fails if count(argocd_replace.deny) == 1 with input as application(["Replace=true"])

test_server_side_passes if count(argocd_replace.deny) == 0 with input as application(["ServerSideApply=true"])
