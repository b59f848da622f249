package library.image_registry_missing_test

import data.library.image_registry_missing
import rego.v1

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web", "image": image}]}}

test_bare_name_fails if count(image_registry_missing.deny) == 1 with input as pod("bitnami/nginx:1")

test_host_passes if count(image_registry_missing.deny) == 0 with input as pod("ghcr.io/acme/web:1")

test_port_is_a_host if count(image_registry_missing.deny) == 0 with input as pod("registry:5000/web:1")
