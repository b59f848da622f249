package library.pdb_blocks_drain_test

import data.library.pdb_blocks_drain
import rego.v1

budget(spec) := {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": spec}

test_none_unavailable_fails if {
	some violation in pdb_blocks_drain.deny with input as budget({"maxUnavailable": 0})
	violation.pointer == "/spec/maxUnavailable"
}

test_all_available_fails if count(pdb_blocks_drain.deny) == 1 with input as budget({"minAvailable": "100%"})

test_one_may_go_passes if count(pdb_blocks_drain.deny) == 0 with input as budget({"maxUnavailable": 1})
