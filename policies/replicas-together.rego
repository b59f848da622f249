# METADATA
# title: Replicas may share one node
# description: >-
#   Without a topology spread or anti-affinity the scheduler may put all replicas on one node, and its failure takes
#   them all.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
# custom:
#   severity: note
#   profile: all
#   area: reliability
#   kinds: [apps/Deployment, apps/StatefulSet]
#   fix: Add topologySpreadConstraints over kubernetes.io/hostname, or a podAntiAffinity.
#   bad: |
#     spec: {replicas: 3}
#   good: |
#     topologySpreadConstraints:
#       - maxSkew: 1
#         topologyKey: kubernetes.io/hostname
#         whenUnsatisfiable: ScheduleAnyway
package library.replicas_together

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": kubernetes.pod_pointer} if {
	is_number(input.spec.replicas)
	input.spec.replicas > 1
	not spread
	msg := sprintf("%v replicas may all run on one node; spread them", [input.spec.replicas])
}

spread if count(kubernetes.list(kubernetes.pod_spec.topologySpreadConstraints)) > 0

spread if kubernetes.pod_spec.affinity.podAntiAffinity
