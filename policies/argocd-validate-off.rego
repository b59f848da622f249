# METADATA
# title: Argo CD applies without validation
# description: >-
#   Validate=false lets unknown and misspelt fields through. They are dropped in silence, and what runs is not what
#   Git says.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#disable-kubectl-validation
# custom:
#   severity: warning
#   profile: baseline
#   area: argocd
#   kinds: [argoproj.io/Application]
#   fix: Remove the option; put it as an annotation on the single object that needs it.
#   bad: |
#     syncOptions: [Validate=false]
#   good: |
#     syncOptions: [CreateNamespace=true]
package library.argocd_validate_off

import data.library.kubernetes
import rego.v1

deny contains {"msg": "Validate=false: misspelt fields are dropped in silence", "pointer": sprintf("/spec/syncPolicy/syncOptions/%v", [index])} if {
	some index, option in kubernetes.list(input.spec.syncPolicy.syncOptions)
	option == "Validate=false"
}
