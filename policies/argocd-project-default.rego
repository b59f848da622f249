# METADATA
# title: Application in the project default
# description: >-
#   The project default lets an Application deploy anything from anywhere to every cluster. A typing error in a
#   destination is then not refused.
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
# custom:
#   severity: warning
#   profile: restricted
#   area: argocd
#   kinds: [argoproj.io/Application, argoproj.io/ApplicationSet]
#   fix: Make an AppProject with the repositories and destinations that are meant, and name it.
#   bad: |
#     spec: {project: default}
#   good: |
#     spec: {project: shop}
package library.argocd_project_default

import rego.v1

deny contains {"msg": "project default allows every source and destination; use one of its own", "pointer": pointer} if {
	some pointer, project in projects
	project in {"default", ""}
}

projects["/spec/project"] := input.spec.project if input.kind == "Application"

projects["/spec/template/spec/project"] := input.spec.template.spec.project if input.kind == "ApplicationSet"
