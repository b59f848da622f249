package main

import rego.v1

workloads := {"Deployment", "StatefulSet", "DaemonSet"}

deny contains {"msg": msg, "pointer": "/metadata/labels"} if {
	workloads[input.kind]
	not input.metadata.labels["shop.example.com/team"]
	msg := sprintf("%s %s has no label shop.example.com/team; say who to call", [input.kind, input.metadata.name])
}
