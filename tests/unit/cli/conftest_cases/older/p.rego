package main

deny[msg] {
	input.kind
	msg = sprintf("kind %v", [input.kind])
}

warn_all[{"msg": msg, "x": 1}] {
	msg := "w"
}
