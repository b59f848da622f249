package library.argocd_project_default_test

import data.library.argocd_project_default
import rego.v1

test_default_fails if {
	some violation in argocd_project_default.deny with input as {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"project": "default"}}
	violation.pointer == "/spec/project"
}

test_template_is_seen if count(argocd_project_default.deny) == 1 with input as {
	"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet",
	"spec": {"template": {"spec": {"project": "default"}}},
}

test_own_passes if count(argocd_project_default.deny) == 0 with input as {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"project": "shop"}}
