module kustomize_server

go 1.24

require (
	sigs.k8s.io/kustomize/api v0.21.1 // the one in kustomize 5.8.1
	sigs.k8s.io/kustomize/kyaml v0.21.1
)
