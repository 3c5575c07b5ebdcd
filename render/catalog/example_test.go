package catalog_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
)

func ExampleCatalog() {
	kinds, err := catalog.Builtin("1.36")
	if err != nil {
		fmt.Println(err)
		return
	}
	deployment, _ := kinds.Lookup(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"})
	fmt.Println(deployment.Plural, deployment.Namespaced, deployment.Origin)
	fmt.Println(deployment.Schema.Properties["spec"].Properties["replicas"].Type)

	_, ok := kinds.Lookup(schema.GroupVersionKind{Group: "apps", Version: "v1beta1", Kind: "Deployment"})
	fmt.Println(ok, kinds.Suggest(schema.GroupVersionKind{Group: "apps", Version: "v1beta1", Kind: "Deployment"}))
	// Output:
	// deployments true Kubernetes 1.36
	// integer
	// false apps/v1 Deployment
}
