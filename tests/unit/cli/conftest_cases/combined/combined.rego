package main

import rego.v1

deny contains msg if {
	some one in input
	one.contents.name == "four"
	msg := sprintf("%d documents, four is in %s", [count(input), one.path])
}
