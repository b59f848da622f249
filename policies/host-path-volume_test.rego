package library.host_path_volume_test

import data.library.host_path_volume
import rego.v1

pod(volume) := {"apiVersion": "v1", "kind": "Pod", "spec": {"volumes": [volume]}}

test_host_path_fails if {
	host_path_volume.deny == {{"msg": "volume logs mounts /var/log of the node", "pointer": "/spec/volumes/0/hostPath"}} with input as pod({"name": "logs", "hostPath": {"path": "/var/log"}})
}

test_claim_passes if count(host_path_volume.deny) == 0 with input as pod({"name": "logs", "emptyDir": {}})
