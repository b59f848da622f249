package library.flux_interval_short_test

import data.library.flux_interval_short
import rego.v1

source(interval) := {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "spec": {"interval": interval}}

test_seconds_fail if count(flux_interval_short.deny) == 1 with input as source("5s")

test_minutes_pass if count(flux_interval_short.deny) == 0 with input as source("1m30s")
