package library.argocd_project_open_test

import data.library.argocd_project_open
import rego.v1

project(sources, destination) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "spec": {"sourceRepos": sources, "destinations": [destination]}}

test_open_fails if count(argocd_project_open.deny) == 1 with input as project(["*"], {"server": "*", "namespace": "*"})

test_bound_destination_passes if count(argocd_project_open.deny) == 0 with input as project(["*"], {"server": "https://kubernetes.default.svc", "namespace": "*"})

test_bound_source_passes if count(argocd_project_open.deny) == 0 with input as project(["https://git.example.com/*"], {"server": "*", "namespace": "*"})
