package team.net.dns

import rego.v1

violation contains {"msg": "no dns", "severity": 3} if {
	print("dns of", input.name)
	not input.dns
}

helper(x) := x
