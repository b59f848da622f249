package library.cronjob_overlap_test

import data.library.cronjob_overlap
import rego.v1

cron(spec) := {"apiVersion": "batch/v1", "kind": "CronJob", "spec": spec}

test_unset_fails if count(cronjob_overlap.deny) == 1 with input as cron({"schedule": "@daily"})

test_set_passes if count(cronjob_overlap.deny) == 0 with input as cron({"concurrencyPolicy": "Allow"})
