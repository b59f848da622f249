package library.service_external_ips_test

import data.library.service_external_ips
import rego.v1

service(addresses) := {"apiVersion": "v1", "kind": "Service", "spec": {"externalIPs": addresses}}

test_addresses_fail if count(service_external_ips.deny) == 1 with input as service(["203.0.113.7"])

test_none_passes if count(service_external_ips.deny) == 0 with input as service([])
