package library.service_account_missing_test

import data.library.service_account_missing
import rego.v1

pod(name) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "shop"}, "spec": {"serviceAccountName": name}}

objects := {"ServiceAccount": {"shop": {"shop": {}}}}

test_missing_fails if count(service_account_missing.deny) == 1 with input as pod("shopp") with data.gitops.objects as objects

test_there_passes if count(service_account_missing.deny) == 0 with input as pod("shop") with data.gitops.objects as objects

test_default_is_always_there if count(service_account_missing.deny) == 0 with input as pod("default") with data.gitops.objects as {}
