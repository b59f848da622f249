# METADATA
# title: Container can command the node's runtime
# description: >-
#   The socket of Docker, containerd or CRI-O starts any container with any right on the node. Mounting it hands
#   over the node, also when the mount is read-only.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# custom:
#   severity: error
#   profile: baseline
#   area: security
#   kinds: [workloads]
#   fix: Build images with a rootless builder, read metrics from the kubelet; there is no safe way to mount the socket.
#   bad: |
#     volumes:
#       - name: docker
#         hostPath: {path: /var/run/docker.sock}
#   good: |
#     volumes:
#       - name: work
#         emptyDir: {}
package library.container_runtime_socket

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/volumes/%v/hostPath/path", [kubernetes.pod_pointer, index])} if {
	some index, volume in kubernetes.list(kubernetes.pod_spec.volumes)
	path := volume.hostPath.path
	kubernetes.runtime_socket(path)
	msg := sprintf("volume %v mounts the container runtime's socket %v: the pod can start anything on the node", [object.get(volume, "name", index), path])
}
