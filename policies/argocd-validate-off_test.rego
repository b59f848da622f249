package library.argocd_validate_off_test

import data.library.argocd_validate_off
import rego.v1

application(options) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"syncPolicy": {"syncOptions": options}}}

test_off_fails if {
	some violation in argocd_validate_off.deny with input as application(["CreateNamespace=true", "Validate=false"])
	violation.pointer == "/spec/syncPolicy/syncOptions/1"
}

test_on_passes if count(argocd_validate_off.deny) == 0 with input as application(["CreateNamespace=true"])
