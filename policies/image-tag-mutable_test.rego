package library.image_tag_mutable_test

import data.library.image_tag_mutable
import rego.v1

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "image": image}]}}

test_moving_tag_is_named if {
	image_tag_mutable.deny == {{
		"msg": "container web: tag 'latest' can change without a commit; pin a version or digest",
		"pointer": "/spec/containers/0/image",
	}} with input as pod("registry:5000/nginx:latest")
}

test_no_tag_is_latest if count(image_tag_mutable.deny) == 1 with input as pod("registry:5000/nginx")

test_init_container_is_seen if {
	found := image_tag_mutable.deny with input as {
		"apiVersion": "apps/v1", "kind": "Deployment",
		"spec": {"template": {"spec": {"initContainers": [{"name": "init", "image": "busybox:Edge"}]}}},
	}
	some violation in found
	violation.pointer == "/spec/template/spec/initContainers/0/image"
}

test_version_passes if count(image_tag_mutable.deny) == 0 with input as pod("registry:5000/nginx:1.29.3")

test_digest_passes if count(image_tag_mutable.deny) == 0 with input as pod("nginx:latest@sha256:9dd288848f4495869f76676e419ae2d767ca99fece2ebaec81463ef69bc6f7e8")

test_placeholder_passes if count(image_tag_mutable.deny) == 0 with input as pod("nginx:${TAG}")

test_empty_image_is_for_the_schema if count(image_tag_mutable.deny) == 0 with input as pod("")
