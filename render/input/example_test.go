package input_test

import (
	"fmt"
	"testing/fstest"

	"github.com/krowave/krowave/render/input"
)

// A kustomization is built, and its objects still know the files that they were made from.
func ExampleLoad() {
	fsys := fstest.MapFS{
		"prod/kustomization.yaml": {Data: []byte("namePrefix: prod-\nresources: [../base]\n")},
		"base/kustomization.yaml": {Data: []byte("resources: [shop.yaml]\n")},
		"base/shop.yaml":          {Data: []byte("apiVersion: kro.run/v1alpha1\nkind: WebApp\nmetadata:\n  name: shop\n")},
	}
	set, diags := input.Load(fsys, []string{"prod"}, input.Options{})
	for _, o := range set.Objects {
		span := o.Node.Span()
		fmt.Println(o.Kind, o.Name, "from", span.Path(), "line", span.Start().Line)
	}
	fmt.Println(len(diags), "problems")
	// Output:
	// WebApp prod-shop from base/shop.yaml line 1
	// 0 problems
}
