# METADATA
# title: Argo CD never deletes what leaves Git
# description: >-
#   Automated sync without prune applies what is new and leaves what was removed running, out of sync for good.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-pruning
# custom:
#   severity: warning
#   profile: restricted
#   area: argocd
#   kinds: [argoproj.io/Application]
#   fix: Set syncPolicy.automated.prune to true; protect single objects with the sync option Prune=false.
#   bad: |
#     syncPolicy:
#       automated: {}
#   good: |
#     syncPolicy:
#       automated: {prune: true}
package library.argocd_prune_off

import rego.v1

deny contains {"msg": "automated without prune: what is removed from Git runs on in the cluster", "pointer": "/spec/syncPolicy/automated"} if {
	is_object(input.spec.syncPolicy.automated)
	not input.spec.syncPolicy.automated.prune
	not switched_off
}

switched_off if input.spec.syncPolicy.automated.enabled == false
