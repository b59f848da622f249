# METADATA
# title: Failed upgrade is not undone
# description: >-
#   Without remediation a failed install or upgrade stays as it is, half old and half new, and is not tried again
#   until something changes.
# related_resources:
#   - ref: https://fluxcd.io/flux/components/helm/helmreleases/#configuring-failure-handling
# custom:
#   severity: note
#   profile: all
#   area: flux
#   kinds: [helm.toolkit.fluxcd.io/HelmRelease]
#   fix: Set install.remediation.retries and upgrade.remediation.retries, or the RetryOnFailure strategy.
#   bad: |
#     spec: {chart: {}}
#   good: |
#     spec:
#       install: {remediation: {retries: 3}}
#       upgrade: {remediation: {retries: 3}}
package library.flux_remediation_missing

import rego.v1

deny contains {"msg": sprintf("a failed %v is neither tried again nor undone", [step]), "pointer": "/spec"} if {
	some step in ["install", "upgrade"]
	is_object(input.spec)
	not handled(step)
}

handled(step) if input.spec[step].remediation.retries

handled(step) if input.spec[step].strategy.name
