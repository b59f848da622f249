package library.argocd_revision_floating_test

import data.library.argocd_revision_floating
import rego.v1

application(spec) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": spec}

test_head_fails if {
	some violation in argocd_revision_floating.deny with input as application({"source": {"repoURL": "r", "targetRevision": "HEAD"}})
	violation.pointer == "/spec/source/targetRevision"
}

test_each_source_is_seen if {
	some violation in argocd_revision_floating.deny with input as application({"sources": [{"chart": "redis"}, {"repoURL": "r"}]})
	violation.pointer == "/spec/sources/1/targetRevision"
}

test_tag_passes if count(argocd_revision_floating.deny) == 0 with input as application({"source": {"repoURL": "r", "targetRevision": "v1"}})
