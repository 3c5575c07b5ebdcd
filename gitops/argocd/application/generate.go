package application

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// outcome is an answer, or the user's error.
type outcome struct {
	answer *Answer
	err    error
	// holding are the Observations of the instances of which something is held.
	holding []types.NamespacedName
}

// generation is one call of Generate.
type generation struct {
	renderer   *Renderer
	request    Request
	place      place
	parameters parameters.Parameters
	snapshot   Snapshot
	job        *job
}

// Generate renders an application. When the context ends first the error is a [*DeadlineError]; the work goes on until
// its phase ends, so that the next request finds what it has compiled.
func (r *Renderer) Generate(ctx context.Context, q Request) (*Answer, error) {
	g := &generation{renderer: r, request: q.named(), job: newJob(ctx, r.o.Clock)}
	if err := g.prepare(ctx); err != nil {
		return nil, err
	}
	sure := map[types.NamespacedName]bool{}
	for {
		o, cached, err := g.find()
		if err != nil {
			return nil, err
		}
		again, err := g.confirm(ctx, o, sure)
		if err != nil {
			return nil, err
		}
		if !again {
			return g.answer(o, cached)
		}
	}
}

// find answers with what is kept, or does the work.
func (g *generation) find() (o outcome, cached bool, err error) {
	r := g.renderer
	key, keep := g.key()
	if keep {
		if o, ok := r.answers.get(key); ok {
			return o, true, nil
		}
	}
	err = r.run(g.job, func() error {
		var err error
		if o, err = g.outcome(); err == nil && keep {
			r.answers.put(key, o, o.bytes())
		}
		return err
	})
	return o, false, err
}

// confirm looks again at the Observations on which it depends whether something may be held, each once. It says that they tell
// something else than the outcome is based on.
func (g *generation) confirm(ctx context.Context, o outcome, sure map[types.NamespacedName]bool) (again bool, err error) {
	ask := slices.DeleteFunc(slices.Clone(o.holding), func(name types.NamespacedName) bool { return sure[name] })
	if len(ask) == 0 {
		return false, nil
	}
	for _, name := range ask {
		sure[name] = true
	}
	name := g.request.Env[variableName]
	current, err := g.renderer.o.Values.Current(ctx, name, ask)
	if err != nil {
		return false, fmt.Errorf("read the live values of the application %q: %w", name, err)
	}
	again = current.Version != g.snapshot.Version
	g.snapshot = current
	return again, nil
}

// prepare reads what needs no work.
func (g *generation) prepare(ctx context.Context) error {
	var diags diag.List
	g.place, diags = placeOf(g.request)
	p, err := parameters.Parse(g.request.Env[parameters.Variable])
	if wrong, ok := errors.AsType[*parameters.Error](err); ok {
		diags = append(diags, wrong.Problems...)
	} else if err != nil {
		return err
	}
	if diags.HasErrors() {
		return invalid(diags)
	}
	g.parameters = p
	if g.renderer.o.Values == nil {
		return nil
	}
	name := g.request.Env[variableName]
	if !p.Given("held") {
		g.parameters.Held = parameters.Hold // what was delivered is known, and never held away
	}
	if g.snapshot, err = g.renderer.o.Values.Observed(ctx, name); err != nil {
		return fmt.Errorf("read the live values of the application %q: %w", name, err)
	}
	return nil
}

// key stands for everything that the answer depends on. Keep is false when something has no name.
func (g *generation) key() (key string, keep bool) {
	env := g.request.Env
	key = fmt.Sprintf("%q %q %q %q %q", g.request.Digest, g.place.app, g.place.root, env[parameters.Variable], env[variableNamespace])
	if g.renderer.o.Values != nil {
		key += fmt.Sprintf(" %q", g.snapshot.Version)
		keep = g.snapshot.Version != "" && g.request.Digest != ""
		return key, keep
	}
	return key, g.request.Digest != ""
}

// answer is an outcome as this request gets it.
func (g *generation) answer(o outcome, cached bool) (*Answer, error) {
	if o.err != nil {
		return nil, o.err
	}
	own := *o.answer
	own.Cached, own.Compiled = cached, own.Compiled && !cached
	own.Phases = g.job.finished()
	return &own, nil
}

// bytes is the memory of an outcome, roughly.
func (o outcome) bytes() int64 {
	var m meter
	if invalid, ok := errors.AsType[*InvalidError](o.err); ok {
		m.diags(invalid.Problems)
		return m.bytes + int64(len(invalid.text))
	}
	if held, ok := errors.AsType[*HeldError](o.err); ok {
		return heldBytes(held.Held) + int64(len(held.text))
	}
	m.bytes += int64(len(o.holding)) * 64
	m.diags(o.answer.Warnings)
	for _, manifest := range o.answer.Manifests {
		m.bytes += int64(len(manifest)) + 16
	}
	return m.bytes + heldBytes(o.answer.Held)
}

// loaded is what an application reads, with what is asked of it.
type loaded struct {
	settings settings
	files    files
	compiled compiled
	made     bool
	diags    diag.List // of the files and of compiling
}

// load reads and compiles.
func (g *generation) load() (loaded, error) {
	var l loaded
	if err := g.job.enter(phaseRead); err != nil {
		return l, err
	}
	file, diags := config.Find(g.request.Files, []string{g.place.app}, g.place.show)
	l.diags = append(l.diags, diags...)
	l.settings, diags = g.renderer.settings(g.parameters, file, g.place, g.request)
	l.diags = append(l.diags, diags...)
	r := reading{renderer: g.renderer, fsys: g.request.Files, digest: g.request.Digest, place: g.place, limits: l.settings.limits}
	l.files = r.files(l.settings)
	l.diags = append(l.diags, l.files.diags...)
	if err := g.job.enter(phaseCompile); err != nil {
		return l, err
	}
	l.compiled, l.made = g.renderer.compile(l.files, l.settings.options)
	l.diags = append(l.diags, l.compiled.diags...)
	if l.settings.options.Strict {
		l.diags = l.diags.Strict()
	}
	return l, nil
}

// outcome does the work. Its error is none of the user's.
func (g *generation) outcome() (outcome, error) {
	l, err := g.load()
	if err != nil {
		return outcome{}, err
	}
	if l.compiled.program == nil {
		return outcome{err: invalid(l.diags)}, nil
	}
	if err := g.job.enter(phaseRender); err != nil {
		return outcome{}, err
	}
	program, result, diags := g.render(l)
	if diags.HasErrors() {
		return outcome{err: invalid(diags)}, nil
	}
	held := heldOf(result)
	if l.settings.options.Mode == render.Passthrough {
		held = nil // kro waits for the values in the cluster
	}
	asked := g.observations(program, result, l)
	holding := holdingOf(asked)
	if len(held) > 0 && (g.parameters.Held == parameters.Fail || len(withdrawn(held, g.snapshot.Delivered)) > 0) {
		return outcome{err: newHeldError(program, result, g.snapshot.Delivered), holding: holding}, nil
	}
	if len(result.Objects) == 0 && !l.settings.allowEmpty {
		return outcome{err: invalid(append(diags, empty(g.place, result)...))}, nil
	}
	mark(result)
	objects, problems := wave.Annotate(program, result, g.parameters.Wave)
	if l.settings.options.Strict {
		problems = problems.Strict()
	}
	if diags = append(diags, problems...); diags.HasErrors() {
		return outcome{err: invalid(diags)}, nil
	}
	if err := g.job.enter(phaseEncode); err != nil {
		return outcome{}, err
	}
	observations, err := manifestsOf(asked, objects)
	if err != nil {
		return outcome{}, err
	}
	manifests, err := encode(append(observations, objects...))
	if err != nil {
		return outcome{}, err
	}
	answer := &Answer{Manifests: manifests, Objects: len(manifests), Held: held, Warnings: diags.Sorted(), Compiled: l.made}
	return outcome{answer: answer, holding: holding}, nil
}

// render renders the objects of an application. The problems are those of all stages; with errors among them the
// result says nothing.
func (g *generation) render(l loaded) (*render.Program, *render.Result, diag.List) {
	objects := input.Nodes(l.files.set.Objects)
	targets := parameters.Targets(objects, l.compiled.program.Graphs())
	diags := slices.Clone(l.diags)
	objects, problems := parameters.Apply(objects, targets, g.parameters.Overrides)
	if diags = append(diags, problems...); problems.HasErrors() {
		return nil, nil, diags // an instance without its values has problems that nobody has caused
	}
	program := l.compiled.program.For(objects, layered(g.snapshot.Objects, l.files.observed), l.settings.options)
	result, problems := program.Render()
	if diags = append(diags, problems...); diags.HasErrors() {
		return program, nil, diags
	}
	if l.settings.options.Mode != render.Passthrough {
		diags = append(diags, duplicates(result, g.request.Env[variableNamespace])...)
	}
	return program, result, diags
}

// empty says why nothing came out.
func empty(p place, result *render.Result) diag.List {
	var diags diag.List
	d := diags.Errorf(diag.EvaluationEmpty, source.PathSpan(p.show(p.app)), "there is nothing to apply, and Argo CD would delete what it applied before")
	if len(result.Instances) == 0 {
		d.WithHint("the directory has no instance of an RGD and no other object; the parameter allow-empty allows that")
	} else {
		d.WithHint("every resource is excluded by a condition or held; the parameter allow-empty allows that")
	}
	return diags
}
