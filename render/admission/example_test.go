package admission_test

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/source"
)

func ExampleValidator_Admit() {
	crd := crdOf(rooted(apiextensionsv1.JSONSchemaProps{
		Type: "object",
		Properties: map[string]apiextensionsv1.JSONSchemaProps{
			"image":    {Type: "string"},
			"replicas": {Type: "integer", Default: &apiextensionsv1.JSON{Raw: []byte("2")}},
		},
	}))
	validator, err := admission.NewValidator(crd, "v1")
	if err != nil {
		fmt.Println(err)
		return
	}
	file := source.NewFile("app.yaml", []byte("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: app}\nspec: {imgae: nginx}\n"))
	docs, _ := source.Parse(file, source.Limits{})
	instance, _ := docs[0].Root.JSON().(map[string]any)

	stored, diags := validator.Admit(instance, docs[0].Root, admission.Options{})
	fmt.Println(stored["spec"])
	for _, d := range diags {
		at := d.Span.Start()
		fmt.Printf("%d:%d %s: %s (%s)\n", at.Line, at.Column, d.Severity, d.Message, d.Hint)
	}
	// Output:
	// map[replicas:2]
	// 4:8 warning: spec.imgae is not a field that the schema knows; the API server drops it (did you mean "image"?)
}
