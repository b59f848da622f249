# METADATA
# title: Image is not pinned by digest
# description: >-
#   Even a version tag can be pushed again. Only a digest names one image for good.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
# custom:
#   severity: note
#   profile: all
#   area: images
#   kinds: [workloads]
#   fix: Append the digest to the tag, and let a bot raise both by pull request.
#   bad: |
#     image: nginx:1.29.3
#   good: |
#     image: nginx:1.29.3@sha256:9dd288848f4495869f76676e419ae2d767ca99fece2ebaec81463ef69bc6f7e8
package library.image_digest_missing

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": sprintf("%v/image", [found.pointer])} if {
	some found in kubernetes.containers
	image := found.container.image
	is_string(image)
	image != ""
	not kubernetes.unresolved(image)
	not contains(image, "@sha256:")
	msg := sprintf("container %v: image %v is not pinned by digest", [found.name, image])
}
