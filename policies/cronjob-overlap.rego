# METADATA
# title: Runs of a CronJob may overlap
# description: >-
#   Without a concurrencyPolicy a run that takes too long is joined by the next, and the next; two at once is rarely
#   what was meant.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy
# custom:
#   severity: note
#   profile: all
#   area: reliability
#   kinds: [batch/CronJob]
#   fix: Set concurrencyPolicy to Forbid or Replace, or to Allow where overlapping is meant.
#   bad: |
#     spec: {schedule: "* * * * *"}
#   good: |
#     spec:
#       schedule: "* * * * *"
#       concurrencyPolicy: Forbid
package library.cronjob_overlap

import rego.v1

deny contains {"msg": "no concurrencyPolicy: a slow run is joined by the next", "pointer": "/spec"} if {
	is_object(input.spec)
	not input.spec.concurrencyPolicy
}
