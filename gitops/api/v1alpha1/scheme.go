package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group is the API group.
const Group = "krowave.dev"

// Version is the API version.
const Version = "v1alpha1"

// GroupVersion is the group and the version of the types of this package.
func GroupVersion() schema.GroupVersion { return schema.GroupVersion{Group: Group, Version: Version} }

// AddToScheme makes a scheme know the types of this package.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion(), &Observation{}, &ObservationList{}, &GraphArtifact{}, &GraphArtifactList{})
	metav1.AddToGroupVersion(s, GroupVersion())
	return nil
}
