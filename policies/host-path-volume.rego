# METADATA
# title: Volume mounts a path of the node
# description: >-
#   A hostPath volume reads and writes the node's own files. It ties the pod to one node's content, survives the pod,
#   and a writable one is a way out of the container.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# custom:
#   severity: warning
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   standards: [Pod Security Standard baseline]
#   fix: Use a PersistentVolumeClaim, emptyDir, ConfigMap or projected volume. For a node agent that needs it, suppress with the reason.
#   bad: |
#     volumes:
#       - name: data
#         hostPath: {path: /var/lib/data}
#   good: |
#     volumes:
#       - name: data
#         persistentVolumeClaim: {claimName: data}
package library.host_path_volume

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/volumes/%v/hostPath", [kubernetes.pod_pointer, index])} if {
	some index, volume in kubernetes.list(kubernetes.pod_spec.volumes)
	path := object.get(kubernetes.map(volume.hostPath), "path", "?")
	# container-runtime-socket says more about those.
	not kubernetes.runtime_socket(path)
	msg := sprintf("volume %v mounts %v of the node", [object.get(volume, "name", index), path])
}
