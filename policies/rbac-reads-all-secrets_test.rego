package library.rbac_reads_all_secrets_test

import data.library.rbac_reads_all_secrets
import rego.v1

role(rule) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": [rule]}

test_list_fails_once if count(rbac_reads_all_secrets.deny) == 1 with input as role({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]})

test_named_passes if count(rbac_reads_all_secrets.deny) == 0 with input as role({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["a"]})

test_other_resource_passes if count(rbac_reads_all_secrets.deny) == 0 with input as role({"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]})
