# METADATA
# title: Rolling update that cannot move
# description: >-
#   With maxUnavailable 0 and maxSurge 0 no old pod may go and no new one may come. The API server refuses the
#   object.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
# custom:
#   severity: error
#   profile: baseline
#   area: reliability
#   kinds: [apps/Deployment, apps/DaemonSet]
#   fix: Allow one of the two; maxSurge 1 with maxUnavailable 0 keeps full capacity.
#   bad: |
#     rollingUpdate: {maxSurge: 0, maxUnavailable: 0}
#   good: |
#     rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
package library.rolling_update_stuck

import rego.v1

none := {0, "0", "0%"}

deny contains {"msg": "maxSurge 0 and maxUnavailable 0: the update can never start", "pointer": sprintf("/spec/%v/rollingUpdate", [field])} if {
	some field in ["strategy", "updateStrategy"]
	update := input.spec[field].rollingUpdate
	update.maxSurge in none
	update.maxUnavailable in none
}
