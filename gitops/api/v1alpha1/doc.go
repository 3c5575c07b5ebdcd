// Package v1alpha1 has the API objects of krowave.dev/v1alpha1: what a render asks of the cluster and learns from it
// (Observation), and what a Flux controller makes of a source (GraphArtifact).
//
// In: nothing. Out: Go types, and by `go generate` their deep copies, CRDs (deploy/crds) and reference pages
// (docs/reference/api.md). The package never contacts a cluster, and judges nothing but what
// its CEL rules say.
//
// +kubebuilder:object:generate=true
// +groupName=krowave.dev
package v1alpha1

//go:generate go tool -modfile=../../../tools.mod controller-gen object paths=.
//go:generate go tool -modfile=../../../tools.mod controller-gen crd paths=. output:crd:dir=../../../deploy/crds
//go:generate go run ./generate ../../../deploy/crds ../../../docs/reference/api.md
