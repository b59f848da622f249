package library.namespace_default_test

import data.library.namespace_default
import rego.v1

test_default_fails if count(namespace_default.deny) == 1 with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default"}}

test_own_passes if count(namespace_default.deny) == 0 with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "shop"}}
