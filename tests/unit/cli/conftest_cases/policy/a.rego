package main

import rego.v1

deny contains msg if {
	input.kind == "Deployment"
	msg := sprintf("Deployment %s is <bad> & long: this message goes on for quite a while so that any wrapping of a table cell could be seen here", [input.metadata.name])
}

deny_two contains {"msg": "line one\nline two", "_loc": {"file": "b,c.tf", "line": 4}, "details": {"b": 1.5, "a": [true, null]}} if input.kind == "Service"

warn_labels contains "no labels" if not input.metadata.labels

violation_x contains {"msg": "loc only", "_loc": {"line": 7}} if input.kind == "Service"

exception contains ["two"] if input.metadata.name == "lifted"

warn contains "" if input.kind == "Empty"
