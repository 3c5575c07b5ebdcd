package crd_test

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/crd"
)

func ExampleCompare() {
	spec := func(field, openAPI string) *apiextensionsv1.JSONSchemaProps {
		return &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{field: {Type: openAPI}}}
	}
	in := crd.Input{Group: "kro.run", Version: "v1alpha1", Kind: "Policy", Namespaced: true, Spec: spec("size", "string")}
	old := crd.Synthesize(in)
	in.Spec = spec("size", "integer")
	report, err := crd.Compare(old, crd.Synthesize(in))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(old.Name, len(crd.Check(old, crd.Origin{})))
	fmt.Println(report.Summary())
	// Output:
	// policies.kro.run 0
	// type of spec.size is changed from string to integer
}
