# METADATA
# title: Suspended in Git
# description: >-
#   What is suspended in Git stays suspended for everybody who reads the repository and for no reason they can see;
#   changes merged meanwhile pile up unapplied.
# related_resources:
#   - ref: https://fluxcd.io/flux/cmd/flux_suspend/
# custom:
#   severity: note
#   profile: restricted
#   area: flux
#   kinds: [kustomize.toolkit.fluxcd.io/Kustomization, helm.toolkit.fluxcd.io/HelmRelease, source.toolkit.fluxcd.io/GitRepository, source.toolkit.fluxcd.io/HelmRepository, source.toolkit.fluxcd.io/OCIRepository]
#   fix: Remove suspend, or suspend in the cluster with the flux command for as long as it is needed.
#   bad: |
#     spec: {suspend: true}
#   good: |
#     spec: {}
package library.flux_suspended

import rego.v1

deny contains {"msg": "suspended: nothing merged here reaches the cluster", "pointer": "/spec/suspend"} if input.spec.suspend == true
