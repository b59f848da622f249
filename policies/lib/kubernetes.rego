package library.kubernetes

import rego.v1

default group := ""

group := split(input.apiVersion, "/")[0] if {
	is_string(input.apiVersion)
	contains(input.apiVersion, "/")
}

# Empty for what has none, and for what gets one when it is deployed.
default namespace := ""

namespace := input.metadata.namespace if is_string(input.metadata.namespace)

# Where the pod's spec lies, as a JSON pointer; undefined for what has none. Policies are asked about their kinds only,
# so the shape is enough to tell workloads apart.
pod_pointer := "/spec/jobTemplate/spec/template/spec" if {
	input.kind == "CronJob"
} else := "/spec" if {
	input.kind == "Pod"
} else := "/spec/template/spec" if input.spec.template.spec

pod_spec := input.spec.jobTemplate.spec.template.spec if {
	input.kind == "CronJob"
} else := input.spec if {
	input.kind == "Pod"
} else := input.spec.template.spec

# Every container with where it lies and how people call it.
containers := [found |
	some field in ["containers", "initContainers", "ephemeralContainers"]
	is_array(pod_spec[field])
	some index, container in pod_spec[field]
	is_object(container)
	found := {
		"container": container,
		"pointer": sprintf("%v/%v/%v", [pod_pointer, field, index]),
		"field": field,
		"name": object.get(container, "name", sprintf("%v[%v]", [field, index])),
	}
]

# Containers that keep running: the pod's own and sidecars (init containers that restart always).
running := [found | some found in containers; found.field == "containers"]

# What is in force for a container: its own security setting, else the pod's.
security(container, setting) := value if {
	value := container.securityContext[setting]
	value != null
} else := value if {
	value := pod_spec.securityContext[setting]
	value != null
}

# A pod that asks for Windows has none of the Linux settings.
windows if pod_spec.os.name == "windows"

windows if pod_spec.nodeSelector["kubernetes.io/os"] == "windows"

# Text that a controller replaces after rendering: Flux ${VAR}, Argo CD Vault placeholders.
unresolved(value) if contains(value, "${")

unresolved(value) if regex.match(`^<[^<>]+>$`, value)

# A value that is what it should be, undefined when it is not: objects come from pull requests and may hold anything.
list(value) := value if is_array(value)

map(value) := value if is_object(value)

# A key as a part of a JSON pointer.
escaped(key) := replace(replace(key, "~", "~0"), "/", "~1")

runtime_socket(path) if {
	is_string(path)
	regex.match(`/(docker|containerd|crio|cri-dockerd|podman|dockershim)\.sock$`, path)
}
