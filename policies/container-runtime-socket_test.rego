package library.container_runtime_socket_test

import data.library.container_runtime_socket
import rego.v1

pod(path) := {"apiVersion": "v1", "kind": "Pod", "spec": {"volumes": [{"name": "socket", "hostPath": {"path": path}}]}}

test_docker_fails if {
	some violation in container_runtime_socket.deny with input as pod("/var/run/docker.sock")
	violation.pointer == "/spec/volumes/0/hostPath/path"
}

test_containerd_fails if count(container_runtime_socket.deny) == 1 with input as pod("/run/containerd/containerd.sock")

test_other_path_passes if count(container_runtime_socket.deny) == 0 with input as pod("/var/log")
