package main

import rego.v1

deny contains json.marshal(input)

warn contains sprintf("%v", [parse_config_file("../config/app.ini").server.port])

warn contains sprintf("%v of %v", [file.contents.kind, file.path]) if {
	some file in parse_combined_config_files(["../apps/list.yaml", "../s.json"])
}

warn contains sprintf("literal %v", [parse_config("toml", `
a = 1
`)])
