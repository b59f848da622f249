# METADATA
# title: Workload in the namespace default
# description: >-
#   default is where things land by mistake. It has no owner, no quota and no network policy, and everything in it
#   can be named by everything else.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
# custom:
#   severity: warning
#   profile: restricted
#   area: gitops
#   kinds: [workloads]
#   standards: [CIS Kubernetes 5.6.4]
#   fix: Give it a namespace of its own, in the object or in the unit that deploys it.
#   bad: |
#     metadata: {name: web, namespace: default}
#   good: |
#     metadata: {name: web, namespace: shop}
package library.namespace_default

import rego.v1

deny contains {"msg": "deployed into the namespace default; give it one of its own", "pointer": "/metadata/namespace"} if {
	input.metadata.namespace == "default"
}
