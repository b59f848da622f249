# METADATA
# title: Argo CD replaces objects
# description: >-
#   Replace=true and Force=true delete and create objects again when they cannot be changed, with their pods,
#   addresses and sometimes volumes.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#replace-resource-instead-of-applying-changes
# custom:
#   severity: warning
#   profile: restricted
#   area: argocd
#   kinds: [argoproj.io/Application]
#   fix: Use ServerSideApply=true for objects that are too large, and set the option on the single object that needs it.
#   bad: |
#     syncOptions: [Replace=true]
#   good: |
#     syncOptions: [ServerSideApply=true]
package library.argocd_replace

import data.library.kubernetes
import rego.v1

deny contains {"msg": sprintf("%v may delete and create every object of the Application", [option]), "pointer": sprintf("/spec/syncPolicy/syncOptions/%v", [index])} if {
	some index, option in kubernetes.list(input.spec.syncPolicy.syncOptions)
	option in {"Replace=true", "Force=true"}
}
