# METADATA
# title: Flux never deletes what leaves Git
# description: >-
#   With prune off, an object that is removed from Git runs on, unowned and unseen, until somebody finds it in the
#   cluster.
# related_resources:
#   - ref: https://fluxcd.io/flux/components/kustomize/kustomizations/#prune
# custom:
#   severity: warning
#   profile: restricted
#   area: flux
#   kinds: [kustomize.toolkit.fluxcd.io/Kustomization]
#   fix: Set prune to true, and annotate single objects with kustomize.toolkit.fluxcd.io/prune disabled where they must stay.
#   bad: |
#     spec: {prune: false}
#   good: |
#     spec: {prune: true}
package library.flux_prune_off

import rego.v1

deny contains {"msg": "prune is off: what is removed from Git runs on in the cluster", "pointer": "/spec/prune"} if input.spec.prune == false
