# METADATA
# title: Argo CD leaves manual changes in place
# description: >-
#   Without selfHeal a change by hand in the cluster stays until the next commit, and Git no longer says what runs.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-self-healing
# custom:
#   severity: note
#   profile: all
#   area: argocd
#   kinds: [argoproj.io/Application]
#   fix: Set syncPolicy.automated.selfHeal to true.
#   bad: |
#     syncPolicy:
#       automated: {prune: true}
#   good: |
#     syncPolicy:
#       automated: {prune: true, selfHeal: true}
package library.argocd_self_heal_off

import rego.v1

deny contains {"msg": "automated without selfHeal: a change by hand in the cluster stays", "pointer": "/spec/syncPolicy/automated"} if {
	is_object(input.spec.syncPolicy.automated)
	not input.spec.syncPolicy.automated.selfHeal
}
