# METADATA
# title: Project that bounds nothing
# description: >-
#   An AppProject with "*" for sources and for destinations is the project default under another name.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
# custom:
#   severity: warning
#   profile: restricted
#   area: argocd
#   kinds: [argoproj.io/AppProject]
#   fix: List the repositories and destinations of the team.
#   bad: |
#     spec:
#       sourceRepos: ["*"]
#       destinations: [{server: "*", namespace: "*"}]
#   good: |
#     spec:
#       sourceRepos: ["https://git.example.com/shop/*"]
#       destinations: [{name: production, namespace: shop-*}]
package library.argocd_project_open

import data.library.kubernetes
import rego.v1

deny contains {"msg": "every source and every destination is allowed: the project bounds nothing", "pointer": "/spec/destinations"} if {
	"*" in kubernetes.list(input.spec.sourceRepos)
	some destination in kubernetes.list(input.spec.destinations)
	destination.namespace == "*"
	"*" in {object.get(destination, "server", ""), object.get(destination, "name", "")}
}
