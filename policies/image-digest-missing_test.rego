package library.image_digest_missing_test

import data.library.image_digest_missing
import rego.v1

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "image": image}]}}

test_tag_alone_fails if count(image_digest_missing.deny) == 1 with input as pod("nginx:1.29.3")

test_digest_passes if count(image_digest_missing.deny) == 0 with input as pod("nginx:1.29.3@sha256:9dd288848f4495869f76676e419ae2d767ca99fece2ebaec81463ef69bc6f7e8")
