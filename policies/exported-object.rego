# METADATA
# title: Object copied out of a cluster
# description: >-
#   uid, resourceVersion, managedFields and the last-applied annotation belong to one object in one cluster. Applied
#   from Git they cause conflicts, or fail on the next cluster.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/
#   - ref: https://kubernetes.io/docs/reference/using-api/server-side-apply/
# custom:
#   severity: warning
#   profile: baseline
#   area: gitops
#   kinds: [any]
#   fix: Remove what the API server writes; keep name, namespace, labels and annotations of your own.
#   bad: |
#     metadata:
#       name: web
#       resourceVersion: "81923"
#   good: |
#     metadata:
#       name: web
package library.exported_object

import data.library.kubernetes
import rego.v1

written_by_server := {"uid", "resourceVersion", "selfLink", "managedFields", "deletionTimestamp"}

deny contains {"msg": msg, "pointer": sprintf("/metadata/%v", [field])} if {
	some field in written_by_server
	value := input.metadata[field]
	not value in {"", null}
	msg := sprintf("metadata.%v is written by the API server; remove it", [field])
}

deny contains {"msg": msg, "pointer": "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"} if {
	input.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]
	msg := "the last-applied annotation is kubectl's own note; remove it, it may hold old secrets"
}
