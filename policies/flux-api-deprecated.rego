# METADATA
# title: Old version of a Flux API
# description: >-
#   Flux removes old API versions with its minor releases. A manifest that still uses one is refused after the
#   upgrade, and with it everything in the same Kustomization.
# related_resources:
#   - ref: https://fluxcd.io/flux/releases/
#   - ref: https://fluxcd.io/flux/migration/
# custom:
#   severity: warning
#   profile: baseline
#   area: flux
#   kinds: [kustomize.toolkit.fluxcd.io/Kustomization, helm.toolkit.fluxcd.io/HelmRelease, source.toolkit.fluxcd.io/GitRepository, source.toolkit.fluxcd.io/HelmRepository, source.toolkit.fluxcd.io/OCIRepository, source.toolkit.fluxcd.io/HelmChart, source.toolkit.fluxcd.io/Bucket]
#   fix: Write the current version; flux migrate changes the files.
#   bad: |
#     apiVersion: helm.toolkit.fluxcd.io/v2beta1
#     kind: HelmRelease
#   good: |
#     apiVersion: helm.toolkit.fluxcd.io/v2
#     kind: HelmRelease
package library.flux_api_deprecated

import data.library.kubernetes
import rego.v1

current := {"kustomize.toolkit.fluxcd.io": "v1", "helm.toolkit.fluxcd.io": "v2", "source.toolkit.fluxcd.io": "v1"}

deny contains {"msg": msg, "pointer": "/apiVersion"} if {
	wanted := current[kubernetes.group]
	regex.match(`/v[0-9]+(alpha|beta)[0-9]+$`, input.apiVersion)
	msg := sprintf("%v is deprecated and removed by newer Flux; use %v/%v", [input.apiVersion, kubernetes.group, wanted])
}
