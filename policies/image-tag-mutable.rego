# METADATA
# title: Image tag can change without a commit
# description: >-
#   What runs under a tag such as latest, or under no tag at all, is decided when a node pulls it. Two pods of one
#   Deployment may run different code, a rollback in Git brings nothing back, and nobody reviewed the change.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   - ref: https://www.cisecurity.org/benchmark/kubernetes
# custom:
#   severity: warning
#   profile: baseline
#   area: images
#   kinds: [workloads]
#   standards: [CIS Kubernetes 5.5.1]
#   fix: Name the version that was tested, or better the digest (image@sha256:...), and let a bot raise it by pull request.
#   bad: |
#     containers:
#       - name: web
#         image: nginx:latest
#   good: |
#     containers:
#       - name: web
#         image: nginx:1.29.3@sha256:9dd288848f4495869f76676e419ae2d767ca99fece2ebaec81463ef69bc6f7e8
package library.image_tag_mutable

import data.library.kubernetes
import rego.v1

moving := {"latest", "main", "master", "develop", "dev", "edge", "nightly", "stable", "canary", "head", "rolling"}

deny contains {"msg": msg, "pointer": sprintf("%v/image", [found.pointer])} if {
	some found in kubernetes.containers
	image := found.container.image
	is_string(image)
	image != ""
	not kubernetes.unresolved(image)
	not contains(image, "@")
	msg := problem(found.name, tag(image))
}

# The last part of the reference alone can carry a tag: a colon before it is a registry's port.
tag(image) := value if {
	parts := split(image, "/")
	last := split(parts[count(parts) - 1], ":")
	count(last) > 1
	value := last[1]
} else := ""

problem(name, "") := sprintf("container %v: the image has no tag, so it runs whatever latest is; pin a version or digest", [name])

problem(name, value) := sprintf("container %v: tag '%v' can change without a commit; pin a version or digest", [name, value]) if {
	lower(value) in moving
}
