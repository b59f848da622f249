# METADATA
# title: Replicas set beside an autoscaler
# description: >-
#   Git says one number, the autoscaler another. Every time the controller applies, the workload jumps back to what
#   Git says, under load too.
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
#   - ref: https://argo-cd.readthedocs.io/en/stable/user-guide/best_practices/
# custom:
#   severity: warning
#   profile: baseline
#   area: gitops
#   kinds: [apps/Deployment, apps/StatefulSet, argoproj.io/Rollout]
#   fix: Leave spec.replicas out of the workload and let the autoscaler's minReplicas say it.
#   bad: |
#     kind: Deployment
#     spec: {replicas: 3}
#   good: |
#     kind: Deployment
#     spec: {}
package library.hpa_replicas_conflict

import data.library.kubernetes
import rego.v1

deny contains {"msg": msg, "pointer": "/spec/replicas"} if {
	input.spec.replicas
	some name, scaler in data.gitops.objects["autoscaling/HorizontalPodAutoscaler"][kubernetes.namespace]
	scaler.target.kind == input.kind
	scaler.target.name == input.metadata.name
	msg := sprintf("replicas is set here and by HorizontalPodAutoscaler %v: each apply undoes its scaling; leave replicas out", [name])
}
