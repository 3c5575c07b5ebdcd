package simpleschema_test

import (
	"fmt"
	"os"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

func ExampleBuild() {
	file := source.NewFile("rgd.yaml", []byte(`
spec:
  image: string | required=true
  ports: '[]Port | maxItems=3'
types:
  Port: integer | default=80 minimum=1
`))
	docs, _ := source.Parse(file, source.Limits{})
	built, _ := simpleschema.Build(docs[0].Root.Get("spec"), docs[0].Root.Get("types"))
	fmt.Println(built.Schema.Required)
	place, via := built.Origin.Find("properties[ports].items.minimum")
	fmt.Println(place.Span().Start(), place, "via", via[0])
	// Output:
	// [image]
	// {6 38} 1 via Port
}

func ExampleBuild_problems() {
	file := source.NewFile("rgd.yaml", []byte("spec:\n  replicas: int | defualt=3\n"))
	docs, _ := source.Parse(file, source.Limits{})
	_, list := simpleschema.Build(docs[0].Root.Get("spec"), nil)
	if err := diag.Print(os.Stdout, list.Sorted(), diag.Style{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// rgd.yaml:2:13: error[SCH003]: unknown type "int"
	//       replicas: int | defualt=3
	//                 ^^^
	//   hint: did you mean integer?
	// rgd.yaml:2:19: error[SCH006]: unknown marker "defualt"
	//       replicas: int | defualt=3
	//                       ^^^^^^^
	//   hint: did you mean default?
}
