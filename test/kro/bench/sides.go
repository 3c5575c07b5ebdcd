package bench

import (
	"fmt"

	"github.com/kubernetes-sigs/kro/pkg/graph"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/source"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// Side is one engine at one case. Its functions do the work once, from the same start every time.
type Side struct {
	// Compile compiles the RGD.
	Compile func() error
	// Render renders the instance with the compiled RGD and answers the objects in
	// order; nil when the case has no instance. The instance has been admitted before.
	Render func() ([]map[string]any, error)
}

// Kro is kro's builder and runtime.
func Kro(o *oracle.Oracle, c trial.Case) (Side, error) {
	engine, err := o.Engine(c)
	if err != nil {
		return Side{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	side := Side{Compile: func() error { _, err := engine.Build(); return err }}
	if c.Instance == "" {
		return side, nil
	}
	g, err := engine.Build()
	if err != nil {
		return Side{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	instance, err := engine.Admit(g, c.Instance)
	if err != nil {
		return Side{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	side.Render = func() ([]map[string]any, error) { return kroObjects(engine, g, instance) }
	return side, nil
}

func kroObjects(engine *oracle.Engine, g *graph.Graph, instance map[string]any) ([]map[string]any, error) {
	rendered, err := engine.Render(g, instance)
	objects := make([]map[string]any, len(rendered))
	for i, o := range rendered {
		objects[i] = o.Object
	}
	return objects, err
}

// Krowave is render.Engine and eval.Run. The engine is shared by all compilations, as in the product.
func Krowave(engine *render.Engine, c trial.Case) (Side, error) {
	in, err := input(c)
	if err != nil {
		return Side{}, err
	}
	side := Side{Compile: func() error {
		_, diags := engine.Compile(in, render.Options{})
		return problems(c, diags)
	}}
	if c.Instance == "" {
		return side, nil
	}
	program, diags := engine.Compile(in, render.Options{})
	if err := problems(c, diags); err != nil {
		return Side{}, err
	}
	result, diags := program.Render()
	if err := problems(c, diags); err != nil {
		return Side{}, err
	}
	compiled := program.Graphs()[0]
	request := eval.Request{Instance: result.Instances[0].Value, At: in.Objects[0]}
	side.Render = func() ([]map[string]any, error) {
		result, diags := eval.Run(compiled, request)
		objects := make([]map[string]any, len(result.Objects))
		for i, o := range result.Objects {
			objects[i] = o.Value
		}
		return objects, problems(c, diags)
	}
	return side, nil
}

// First is everything that a process must do to compile its first RGD.
func First(c trial.Case) (Side, error) {
	in, err := input(c)
	if err != nil {
		return Side{}, err
	}
	return Side{Compile: func() error {
		engine, err := render.NewEngine()
		if err != nil {
			return fmt.Errorf("making the engine: %w", err)
		}
		_, diags := engine.Compile(in, render.Options{})
		return problems(c, diags)
	}}, nil
}

// input parses the documents of a case.
func input(c trial.Case) (render.Input, error) {
	var in render.Input
	for _, text := range append([]string{c.RGD, c.Instance}, c.CRDs...) {
		docs, found := source.Parse(source.NewFile(c.Name+".yaml", []byte(text)), source.Limits{})
		if len(found) > 0 {
			return in, fmt.Errorf("%s: %s", c.Name, found[0].Message)
		}
		for _, d := range docs {
			switch d.Root.Get("kind").Str() {
			case "ResourceGraphDefinition":
				in.RGDs = append(in.RGDs, d.Root)
			case "CustomResourceDefinition":
				in.CRDs = append(in.CRDs, d.Root)
			default:
				in.Objects = append(in.Objects, d.Root)
			}
		}
	}
	return in, nil
}

func problems(c trial.Case, diags diag.List) error {
	for _, d := range diags {
		if d.Severity == diag.Error {
			return fmt.Errorf("%s: %s: %s", c.Name, d.Code, d.Message)
		}
	}
	return nil
}
