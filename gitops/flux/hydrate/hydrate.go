package hydrate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
)

// DefaultKeep is how many inputs are kept when Options do not say.
const DefaultKeep = 128

// Options are those of a Renderer. Their zero value works.
type Options struct {
	// Limits bound the input; a krowave.yaml can lower them. Their zero value is [input.DefaultLimits].
	Limits input.Limits
	// Keep is the number of inputs, and of compiled sets of RGDs, that are kept; 0 is [DefaultKeep].
	Keep int
}

// Renderer renders. Make one per process.
type Renderer struct {
	options  Options
	engine   *render.Engine
	inputs   *cache[*loaded]
	programs *cache[compiled]
}

// New makes a renderer. An error is a defect of this program.
func New(o Options) (*Renderer, error) {
	engine, err := render.NewEngine()
	if err != nil {
		return nil, fmt.Errorf("make the engine: %w", err)
	}
	if o.Limits == (input.Limits{}) {
		o.Limits = input.DefaultLimits()
	}
	keep := cmp.Or(o.Keep, DefaultKeep)
	return &Renderer{options: o, engine: engine, inputs: newCache[*loaded](keep), programs: newCache[compiled](keep)}, nil
}

// Request asks for a render.
type Request struct {
	// Files opens everything that the source has. It is called only when the input is not known yet.
	Files func(context.Context) (fs.FS, error)
	// Digest stands for the content of Files: equal digests are equal files.
	Digest string
	// Path is what to render in Files: "" for all of it.
	Path string
	// RGDs are paths in Files with RGDs that are used and not delivered.
	RGDs []string
	// Options are those of the GraphArtifact.
	Options v1alpha1.RenderOptions
	// Known are the Observations of the GraphArtifact. They are not changed.
	Known []v1alpha1.Observation
	// Demand is what the Observations to come have in common.
	Demand demand.Options
}

// Rendering is what a render gives. The caller owns it.
type Rendering struct {
	// Objects are complete, in apply order.
	Objects []decision.Object
	// Held are the nodes that are not.
	Held []decision.HeldNode
	// Secrets are the held nodes that want a value of a Secret, as Kind.group/namespace/name/node, sorted by the instances.
	Secrets []string
	// Observations are what the next render needs to know. All objects are Delivered or Held there.
	Observations []v1alpha1.Observation
	// AllowEmpty says that a render without any object is meant.
	AllowEmpty bool
	// Digest stands for everything that the render gave, held nodes included.
	Digest string
	// Warnings are sorted.
	Warnings diag.List
}

// Render renders. The error is an [*InvalidError] when the user has to change something; that of Files is answered as it is.
func (r *Renderer) Render(ctx context.Context, q Request) (*Rendering, error) {
	l, err := r.load(ctx, q)
	if err != nil {
		return nil, err
	}
	if l.program == nil || l.diags.HasErrors() {
		return nil, invalid(l.diags)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	program := l.program.For(input.Nodes(l.objects), known.New(q.Known, l.observed), l.options)
	result, problems := program.Render()
	diags := append(append(diag.List(nil), l.diags...), problems...)
	if diags.HasErrors() {
		return nil, invalid(diags)
	}
	if problems := duplicates(result); problems.HasErrors() {
		return nil, invalid(problems)
	}
	out := &Rendering{AllowEmpty: l.allowEmpty, Warnings: diags.Sorted()}
	if l.options.Mode == render.Passthrough {
		err = out.pass(result)
	} else {
		out.Observations = demand.Demand(program, result, q.Demand)
		err = out.read(program, result)
	}
	if err != nil {
		return nil, err
	}
	out.Digest = out.digest()
	return out, nil
}

// digest stands for what was rendered.
func (r *Rendering) digest() string {
	sum := sha256.New()
	for _, o := range r.Objects {
		_, _ = fmt.Fprintf(sum, "object %q %s\n", o.ID, o.Digest)
	}
	for _, h := range r.Held {
		_, _ = fmt.Fprintf(sum, "held %q %q %q\n", h.Instance, h.Node, h.Paths)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}
