package library.chart_version_floating_test

import data.library.chart_version_floating
import rego.v1

release(spec) := {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": {"chart": {"spec": spec}}}

test_no_version_fails if {
	some violation in chart_version_floating.deny with input as release({"chart": "podinfo", "sourceRef": {"kind": "HelmRepository"}})
	violation.pointer == "/spec/chart/spec/version"
}

test_range_fails if count(chart_version_floating.deny) == 1 with input as release({"chart": "podinfo", "version": "6.x"})

test_application_source_fails if {
	some violation in chart_version_floating.deny with input as {
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
		"spec": {"sources": [{"repoURL": "https://git.example.com", "path": "."}, {"chart": "redis", "targetRevision": "*"}]},
	}
	violation.pointer == "/spec/sources/1/targetRevision"
}

test_exact_passes if {
	count(chart_version_floating.deny) == 0 with input as release({"version": "6.9.2"})
	count(chart_version_floating.deny) == 0 with input as release({"version": "v1.2.3-rc.1+build.5"})
}

test_chart_in_git_passes if count(chart_version_floating.deny) == 0 with input as release({"chart": "./charts/app", "sourceRef": {"kind": "GitRepository"}})

test_placeholder_passes if count(chart_version_floating.deny) == 0 with input as release({"version": "${VERSION}"})

test_single_source_application_fails if count(chart_version_floating.deny) == 1 with input as {
	"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
	"spec": {"source": {"chart": "redis", "targetRevision": "20.*"}},
}

test_helm_chart_object_fails if count(chart_version_floating.deny) == 1 with input as {
	"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmChart",
	"spec": {"chart": "redis", "version": "*", "sourceRef": {"kind": "HelmRepository"}},
}
