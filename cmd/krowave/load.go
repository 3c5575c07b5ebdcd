package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	values "github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
)

// loader reads what the flags and arguments name.
type loader struct {
	streams streams
	flags   *inputFlags
	stdin   []byte
	diags   diag.List
}

// load reads the input. Problems of files are diagnostics; an error is one of the arguments.
func (l *loader) load(paths []string) (render.Input, error) {
	var in render.Input
	if err := l.readStdin(paths); err != nil {
		return in, err
	}
	main, err := locate(paths)
	if err != nil {
		return in, err
	}
	file, diags := config.Find(main.fsys, main.roots, main.show)
	l.diags = append(l.diags, diags...)
	l.flags.merge(file)
	set := l.set(main.with(main.roots), main.ignored(file.NotInput(), l.flags.library, l.flags.crds, l.flags.observed))
	in.RGDs, in.CRDs, in.Objects = input.Nodes(set.RGDs), input.Nodes(set.CRDs), input.Nodes(set.Objects)
	if in.Bundles, err = bundles(l.flags.schemas); err != nil {
		return in, err
	}
	library, err := l.other(main, l.flags.library, file.RGDs)
	if err != nil {
		return in, err
	}
	known, err := l.other(main, l.flags.crds, file.CRDs)
	if err != nil {
		return in, err
	}
	beside := l.rest(library, paths)
	in.Library = input.Nodes(beside.RGDs)
	for _, n := range slices.Concat(input.Nodes(beside.CRDs), input.Nodes(l.rest(known, paths).CRDs)) {
		kinds, diags := catalog.ReadCRD(n)
		l.diags = append(l.diags, diags...)
		in.Known = append(in.Known, kinds...)
	}
	observed, err := l.other(main, l.flags.observed, file.Observed)
	if err != nil {
		return in, err
	}
	if len(observed.roots) > 0 {
		live, diags := input.LoadObserved(observed.fsys, observed.roots, l.reading(observed))
		seen, problems := values.FromFiles(live)
		l.diags = slices.Concat(l.diags, diags, problems)
		in.Observed = seen
	}
	return in, nil
}

// other is where the paths of a flag are or, without any, those of krowave.yaml.
func (l *loader) other(main *place, flag, file []string) (*place, error) {
	if len(flag) == 0 {
		return main.with(file), nil
	}
	return locate(flag)
}

// rest reads everything below the roots of a place but what the arguments name: that is
// the input itself.
func (l *loader) rest(p *place, paths []string) *input.Set {
	given := p.ignored(nil, paths)
	return l.set(p.with(slices.DeleteFunc(slices.Clone(p.roots), func(root string) bool { return slices.Contains(given, root) })), given)
}

// set reads everything below the roots of a place.
func (l *loader) set(p *place, ignore []string) *input.Set {
	if len(p.roots) == 0 {
		return &input.Set{}
	}
	o := l.reading(p)
	o.Ignore = ignore
	set, diags := input.Load(p.fsys, p.roots, o)
	l.diags = append(l.diags, diags...)
	return set
}

func (l *loader) reading(p *place) input.Options {
	return input.Options{Stdin: l.stdin, Limits: l.flags.limits, Show: p.show}
}

// readStdin reads standard input when one of all paths is "-".
func (l *loader) readStdin(paths []string) error {
	count := 0
	for _, path := range slices.Concat(paths, l.flags.library, l.flags.crds, l.flags.observed) {
		if path == input.Stdin {
			count++
		}
	}
	switch {
	case count == 0:
		return nil
	case count > 1:
		return fmt.Errorf("%q is given %d times, and standard input can be read once", input.Stdin, count)
	}
	data, err := io.ReadAll(io.LimitReader(l.streams.in, int64(l.flags.limits.FileBytes)+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	if len(data) > l.flags.limits.FileBytes {
		return fmt.Errorf("standard input has more than %d bytes", l.flags.limits.FileBytes)
	}
	l.stdin = data
	return nil
}

// bundles reads files of schemas.
func bundles(paths []string) ([]*catalog.Bundle, error) {
	var all []*catalog.Bundle
	for _, path := range paths {
		data, err := os.ReadFile(path) //nolint:gosec // the user names the file
		if err != nil {
			return nil, plain(path, err)
		}
		bundle, err := catalog.DecodeBundle(data, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, bundle)
	}
	return all, nil
}

// job is an input on its way through the engine.
type job struct {
	program *render.Program
	result  *render.Result
	diags   diag.List // sorted
}

// compile reads and compiles the input.
func compile(s streams, flags *inputFlags, paths []string) (*job, error) {
	return process(s, flags, paths, func(*job) {})
}

// renderAll reads, compiles and renders the input.
func renderAll(s streams, flags *inputFlags, paths []string) (*job, error) {
	return process(s, flags, paths, func(j *job) {
		var diags diag.List
		j.result, diags = j.program.Render()
		j.diags = append(j.diags, diags...)
	})
}

// renderTo reads, compiles and renders the input. The objects go to what begin answers for the program: there are as many
// calls as the program has parts, and the result has no objects.
func renderTo(s streams, flags *inputFlags, paths []string, begin func(*render.Program) func(render.Part)) (*job, error) {
	return process(s, flags, paths, func(j *job) {
		var diags diag.List
		j.result, diags = j.program.RenderTo(begin(j.program))
		j.diags = append(j.diags, diags...)
	})
}

// process compiles and does what follows, in the time that the flags allow.
func process(s streams, flags *inputFlags, paths []string, then func(*job)) (*job, error) {
	l := loader{streams: s, flags: flags}
	engine := prepared()
	in, err := l.load(paths)
	if err != nil {
		return nil, err
	}
	compiler, err := engine()
	if err != nil {
		return nil, err
	}
	j := &job{}
	err = bounded(flags.timeout, func() {
		if flags.options.Strict {
			l.diags = l.diags.Strict()
		}
		o := flags.options
		o.AllowEmpty = o.AllowEmpty || l.diags.HasErrors() // that nothing is left follows from what could not be read
		var diags diag.List
		j.program, diags = compiler.Compile(in, o)
		j.diags = slices.Concat(l.diags, diags)
		if j.program != nil {
			then(j)
		}
		if j.diags = j.diags.Sorted(); j.diags.HasErrors() {
			j.result = nil
		}
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// prepared makes an engine while the files are read: neither needs the other, and each takes
// a noticeable part of a short run.
func prepared() func() (*render.Engine, error) {
	var engine *render.Engine
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		engine, err = render.NewEngine()
	}()
	return func() (*render.Engine, error) {
		<-done
		return engine, err
	}
}

// bounded runs a function until it is done or the time is up. Then the process has to end.
func bounded(timeout time.Duration, f func()) error {
	if timeout <= 0 {
		f()
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("rendering takes longer than %s; --timeout allows more", timeout)
	}
}
