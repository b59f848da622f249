# METADATA
# title: Remote base without a fixed revision
# description: >-
#   A remote base without ref, or with a branch as ref, is whatever lies there when the controller builds. A change
#   of somebody else deploys here without a commit.
# related_resources:
#   - ref: https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md
# custom:
#   severity: warning
#   profile: baseline
#   area: gitops
#   kinds: [kustomize.config.k8s.io/Kustomization, kustomize.config.k8s.io/Component]
#   fix: Add ?ref= with a tag or a full commit id.
#   bad: |
#     resources:
#       - https://github.com/acme/base//deploy?ref=main
#   good: |
#     resources:
#       - https://github.com/acme/base//deploy?ref=v1.4.2
package library.remote_base_unpinned

import data.library.kubernetes
import rego.v1

branches := {"main", "master", "HEAD", "develop", "dev", "trunk", "latest"}

deny contains {"msg": msg, "pointer": sprintf("/%v/%v", [field, index])} if {
	some field in ["resources", "bases", "components"]
	some index, entry in kubernetes.list(input[field])
	is_string(entry)
	remote(entry)
	not pinned(entry)
	msg := sprintf("remote base %v is not held at a revision; add ?ref= with a tag or commit", [entry])
}

# Addresses of single files are fetched as they are; a release asset or a raw file names its revision in the path.
remote(entry) if {
	regex.match(`^(https?|ssh|git)://|^git@|^git::|^(github|gitlab|bitbucket)\.(com|org)/`, entry)
	not regex.match(`\.(ya?ml|json)$`, entry)
}

pinned(entry) if {
	found := regex.find_all_string_submatch_n(`[?&](ref|version)=([^&]+)`, entry, 1)
	revision := found[0][2]
	not revision in branches
}
