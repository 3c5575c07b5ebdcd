package hydrate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// loaded is an input that is compiled. It is shared and does not change.
type loaded struct {
	program    *render.Program // nil when nothing could be compiled
	objects    []*input.Object
	observed   eval.Observed
	options    render.Options
	allowEmpty bool
	diags      diag.List
}

// compiled are RGDs that are ready for instances.
type compiled struct {
	program *render.Program
	diags   diag.List
}

// load reads and compiles, or answers what was compiled before.
func (r *Renderer) load(ctx context.Context, q Request) (*loaded, error) {
	key := fmt.Sprintf("%q %q %q %+v", q.Digest, q.Path, q.RGDs, q.Options)
	if l, ok := r.inputs.get(key); ok && q.Digest != "" {
		return l, nil
	}
	fsys, err := q.Files(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // it is the caller's own
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("read the files: %w", err)
	}
	l := r.read(fsys, q)
	if q.Digest != "" {
		r.inputs.put(key, l)
	}
	return l, nil
}

// inside are paths of a source as its fs.FS has them.
func inside(fsys fs.FS, paths []string, diags *diag.List) []string {
	var names []string
	for _, p := range paths {
		name := path.Clean(strings.TrimLeft(p, "/"))
		if !fs.ValidPath(name) {
			diags.Errorf(diag.InputPath, source.PathSpan(p), "the path leads out of the source")
			continue
		}
		if _, err := fs.Stat(fsys, name); errors.Is(err, fs.ErrNotExist) {
			diags.Errorf(diag.InputPath, source.PathSpan(name), "the source has no such path")
			continue
		}
		names = append(names, name)
	}
	return names
}

// read reads the files of a request and compiles them.
func (r *Renderer) read(fsys fs.FS, q Request) *loaded {
	l := &loaded{}
	roots := inside(fsys, []string{cmp.Or(q.Path, ".")}, &l.diags)
	library := inside(fsys, q.RGDs, &l.diags)
	if l.diags.HasErrors() {
		return l
	}
	file, diags := config.Find(fsys, roots, nil)
	l.diags = append(l.diags, diags...)
	if len(q.RGDs) == 0 {
		library = file.RGDs
	}
	l.settle(q, file)
	o := input.Options{Limits: lowest(r.options.Limits, file.Limits.Input())}
	take := func(paths, ignore []string) *input.Set {
		if len(paths) == 0 {
			return &input.Set{}
		}
		o.Ignore = ignore
		set, diags := input.Load(fsys, paths, o)
		l.diags = append(l.diags, diags...)
		return set
	}
	set := take(roots, slices.Concat(file.NotInput(), library))
	shared := take(beside(library, roots), roots)
	kinds := take(beside(file.CRDs, roots), roots)
	if len(file.Observed) > 0 {
		o.Ignore = nil
		live, diags := input.LoadObserved(fsys, file.Observed, o)
		l.diags = append(l.diags, diags...)
		l.observed = eval.Whole(live)
	}
	c := r.compile(set, shared, kinds, l.options)
	l.program, l.objects = c.program, set.Objects
	l.diags = append(l.diags, c.diags...)
	if l.options.Strict {
		l.diags = l.diags.Strict()
	}
	return l
}

// settle finds the options: those of the GraphArtifact, and krowave.yaml where they are silent.
func (l *loaded) settle(q Request, file *config.Config) {
	l.options = render.Options{
		KubernetesVersion: cmp.Or(q.Options.KubernetesVersion, file.KubernetesVersion),
		Mode:              cmp.Or(render.Mode(q.Options.Mode), render.Mode(file.Mode), render.Expand),
		Strict:            q.Options.Strict || file.Strict,
		AllowEmpty:        true, // package decision says it
		Namespace:         cmp.Or(q.Options.Namespace, file.Namespace),
		Omit:              q.Options.Omit || file.Features.Omit,
		DropNulls:         file.Nulls == "drop",
		MaxItems:          file.Limits.CollectionSize,
		MaxDimensions:     file.Limits.Dimensions,
		Budget:            uint64(max(file.Limits.Cost, 0)),
	}
	l.allowEmpty = q.Options.AllowEmpty || file.AllowEmpty
}

// beside are the paths that are not the input itself.
func beside(paths, roots []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(name string) bool { return slices.Contains(roots, name) })
}

// lowest are the lower ones of all limits.
func lowest(ours, file input.Limits) input.Limits {
	lower := func(a, b int) int {
		if b > 0 && b < a {
			return b
		}
		return a
	}
	return input.Limits{
		FileBytes: lower(ours.FileBytes, file.FileBytes), TotalBytes: lower(ours.TotalBytes, file.TotalBytes),
		Files: lower(ours.Files, file.Files), Documents: lower(ours.Documents, file.Documents),
		Depth: lower(ours.Depth, file.Depth), Values: lower(ours.Values, file.Values),
	}
}

// compile compiles RGDs and CRDs, or answers what was compiled of the same text before.
func (r *Renderer) compile(set, library, kinds *input.Set, o render.Options) compiled {
	var diags diag.List
	in := render.Input{RGDs: input.Nodes(set.RGDs), Library: input.Nodes(library.RGDs), CRDs: input.Nodes(set.CRDs)}
	known := slices.Concat(library.CRDs, kinds.CRDs)
	shared := render.Options{KubernetesVersion: o.KubernetesVersion, Omit: o.Omit, MaxDimensions: o.MaxDimensions}
	key := fmt.Sprintf("%+v %x", shared, fingerprint(set.RGDs, library.RGDs, set.CRDs, known))
	if c, ok := r.programs.get(key); ok {
		return c
	}
	for _, n := range input.Nodes(known) {
		kinds, problems := catalog.ReadCRD(n)
		diags = append(diags, problems...)
		in.Known = append(in.Known, kinds...)
	}
	program, problems := r.engine.Compile(in, shared)
	c := compiled{program: program, diags: append(diags, problems...)}
	r.programs.put(key, c)
	return c
}

// fingerprint stands for everything that compiling looks at, positions included.
func fingerprint(lists ...[]*input.Object) []byte {
	sum := sha256.New()
	for _, list := range lists {
		_, _ = fmt.Fprintf(sum, "list %d\n", len(list))
		for _, o := range list {
			at := o.Node.Span()
			_, _ = fmt.Fprintf(sum, "%q %d %d %q\n", at.Path(), at.Start().Line, at.Start().Column, o.Kustomization)
			if f := at.File(); f != nil && o.Kustomization == "" {
				_, _ = fmt.Fprintf(sum, "%d\n", len(f.Text()))
				sum.Write([]byte(f.Text()))
				continue
			}
			if data, err := json.Marshal(o.Node.JSON()); err == nil {
				sum.Write(data)
			}
		}
	}
	return sum.Sum(nil)
}
