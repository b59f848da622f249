# METADATA
# title: Reconciled all the time
# description: >-
#   An interval of a few seconds makes the controller fetch and apply without pause. It loads the API server and the
#   Git host, and runs into their rate limits.
# related_resources:
#   - ref: https://fluxcd.io/flux/components/kustomize/kustomizations/#interval
# custom:
#   severity: note
#   profile: restricted
#   area: flux
#   kinds: [kustomize.toolkit.fluxcd.io/Kustomization, helm.toolkit.fluxcd.io/HelmRelease, source.toolkit.fluxcd.io/GitRepository, source.toolkit.fluxcd.io/HelmRepository, source.toolkit.fluxcd.io/OCIRepository]
#   fix: Use a minute or more, and a webhook receiver for quick reaction.
#   bad: |
#     spec: {interval: 5s}
#   good: |
#     spec: {interval: 10m}
package library.flux_interval_short

import rego.v1

deny contains {"msg": msg, "pointer": "/spec/interval"} if {
	is_string(input.spec.interval)
	regex.match(`^([0-9]+ms|[12]?[0-9]s)$`, input.spec.interval)
	msg := sprintf("interval %v reconciles without pause; use a minute or more", [input.spec.interval])
}
