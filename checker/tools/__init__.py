"""The outside world, one thin module each: Git, YAML, schemas, Rego, Helm, processes, the cache."""
