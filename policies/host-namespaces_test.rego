package library.host_namespaces_test

import data.library.host_namespaces
import rego.v1

pod(spec) := {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}

test_each_setting_fails if {
	found := host_namespaces.deny with input as pod({"hostNetwork": true, "hostPID": true, "hostIPC": true})
	{violation.pointer | some violation in found} == {
		"/spec/jobTemplate/spec/template/spec/hostNetwork",
		"/spec/jobTemplate/spec/template/spec/hostPID",
		"/spec/jobTemplate/spec/template/spec/hostIPC",
	}
}

test_false_passes if count(host_namespaces.deny) == 0 with input as pod({"hostNetwork": false})
