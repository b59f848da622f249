# METADATA
# title: Chart version is a range
# description: >-
#   With a range or no version the controller takes the newest chart that fits, at a time nobody chose. The same commit
#   deploys different things on different days, and no review sees the difference.
# related_resources:
#   - ref: https://fluxcd.io/flux/components/helm/helmreleases/#chart-template
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/#helm
# custom:
#   severity: warning
#   profile: baseline
#   area: gitops
#   kinds: [helm.toolkit.fluxcd.io/HelmRelease, source.toolkit.fluxcd.io/HelmChart, argoproj.io/Application]
#   fix: Name one version and let a bot raise it by pull request.
#   bad: |
#     chart:
#       spec: {chart: podinfo, version: ">=6.0.0"}
#   good: |
#     chart:
#       spec: {chart: podinfo, version: 6.9.2}
package library.chart_version_floating

import data.library.kubernetes
import rego.v1

deny contains {"msg": message(found.version), "pointer": found.pointer} if {
	some found in charts
	is_string(found.version)
	floating(found.version)
	not kubernetes.unresolved(found.version)
}

charts contains {"version": object.get(chart, "version", ""), "pointer": "/spec/chart/spec/version"} if {
	input.kind == "HelmRelease"
	chart := kubernetes.map(input.spec.chart.spec)
	# A chart from a Git repository has the revision of that repository.
	object.get(chart, ["sourceRef", "kind"], "HelmRepository") == "HelmRepository"
}

charts contains {"version": object.get(kubernetes.map(input.spec), "version", ""), "pointer": "/spec/version"} if {
	input.kind == "HelmChart"
	input.spec.sourceRef.kind == "HelmRepository"
}

charts contains {"version": object.get(source, "targetRevision", ""), "pointer": "/spec/source/targetRevision"} if {
	input.kind == "Application"
	source := kubernetes.map(input.spec.source)
	source.chart
}

charts contains {"version": object.get(source, "targetRevision", ""), "pointer": sprintf("/spec/sources/%v/targetRevision", [index])} if {
	input.kind == "Application"
	some index, source in kubernetes.list(input.spec.sources)
	is_object(source)
	source.chart
}

# One exact version is digits and dots with an optional suffix; anything else is matched against what the repository has.
floating(version) if not regex.match(`^=?\s*v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`, version)

message("") := "no chart version: the newest chart is installed whenever it appears; name one version"

message(version) := sprintf("chart version '%v' is a range: what is installed changes without a commit; name one version", [version]) if version != ""
