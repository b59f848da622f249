package library.exported_object_test

import data.library.exported_object
import rego.v1

object_with(metadata) := {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}

test_resource_version_fails if {
	some violation in exported_object.deny with input as object_with({"name": "a", "resourceVersion": "1"})
	violation.pointer == "/metadata/resourceVersion"
}

test_last_applied_fails if count(exported_object.deny) == 1 with input as object_with({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}})

test_own_metadata_passes if count(exported_object.deny) == 0 with input as object_with({"name": "a", "creationTimestamp": null, "annotations": {"a": "b"}})
