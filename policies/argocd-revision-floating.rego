# METADATA
# title: Application follows a branch
# description: >-
#   With HEAD, or no targetRevision, the Application deploys whatever the default branch holds, also after somebody
#   renames it. Which commit runs is not in Git.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/best_practices/
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
# custom:
#   severity: note
#   profile: restricted
#   area: argocd
#   kinds: [argoproj.io/Application]
#   fix: Name a tag or commit for production; name the branch for environments that are meant to follow it.
#   bad: |
#     source: {repoURL: "https://git.example.com/shop.git", targetRevision: HEAD}
#   good: |
#     source: {repoURL: "https://git.example.com/shop.git", targetRevision: v1.4.2}
package library.argocd_revision_floating

import data.library.kubernetes
import rego.v1

deny contains {"msg": message(revision), "pointer": sprintf("%v/targetRevision", [pointer])} if {
	some pointer, source in sources
	not source.chart
	revision := object.get(source, "targetRevision", "")
	revision in {"", "HEAD"}
}

sources["/spec/source"] := kubernetes.map(input.spec.source)

sources[pointer] := source if {
	some index, source in kubernetes.list(input.spec.sources)
	is_object(source)
	pointer := sprintf("/spec/sources/%v", [index])
}

message("") := "no targetRevision: whatever the default branch holds is deployed"

message("HEAD") := "targetRevision HEAD: whatever the default branch holds is deployed"
