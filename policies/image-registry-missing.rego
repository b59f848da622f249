# METADATA
# title: Image without a registry
# description: >-
#   A name without a host means whatever the node's runtime is set to search first, usually Docker Hub with its pull
#   limits.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
# custom:
#   severity: note
#   profile: all
#   area: images
#   kinds: [workloads]
#   fix: Write the registry's host in front of the name.
#   bad: |
#     image: nginx:1.29.3
#   good: |
#     image: docker.io/library/nginx:1.29.3
package library.image_registry_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/image", [found.pointer])} if {
	some found in kubernetes.containers
	image := found.container.image
	is_string(image)
	image != ""
	not kubernetes.unresolved(image)
	not hosted(image)
	msg := sprintf("container %v: image %v names no registry", [found.name, image])
}

hosted(image) if {
	parts := split(image, "/")
	count(parts) > 1
	regex.match(`[.:]|^localhost$`, parts[0])
}
