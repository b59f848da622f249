package team.images

import rego.v1
import data.services

deny contains msg if {
	some image in input.images
	not image in services.allowed
	msg := sprintf("image %s is not allowed", [image])
}

warn_file contains sprintf("read from %s", [data.conftest.file.name]) if count(input.images) > 1
