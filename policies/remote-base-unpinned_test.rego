package library.remote_base_unpinned_test

import data.library.remote_base_unpinned
import rego.v1

kustomization(entry) := {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["deployment.yaml", entry]}

test_no_ref_fails if {
	some violation in remote_base_unpinned.deny with input as kustomization("https://github.com/acme/base//deploy")
	violation.pointer == "/resources/1"
}

test_branch_fails if count(remote_base_unpinned.deny) == 1 with input as kustomization("github.com/acme/base?ref=main")

test_tag_passes if count(remote_base_unpinned.deny) == 0 with input as kustomization("https://github.com/acme/base//deploy?timeout=90&ref=v1.4.2")

test_file_passes if count(remote_base_unpinned.deny) == 0 with input as kustomization("https://github.com/acme/base/releases/download/v1/install.yaml")

test_local_passes if count(remote_base_unpinned.deny) == 0 with input as kustomization("../../base")
