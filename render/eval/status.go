package eval

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
)

// status projects the instance's status: every field whose expressions are known. A
// field that waits, or that refers to an excluded node, is left out, as in kro, which
// also writes the field state itself, whatever the RGD says about it.
func (r *run) status() {
	r.result.Status = map[string]any{}
	if r.graph.Status == nil {
		return
	}
	before := len(r.diags)
	b := &builder{run: r}
	r.brief = true
	defer func() { r.brief = false }()
	if s, ok := b.known(r.graph.Status).(map[string]any); ok {
		r.result.Status = s
		delete(s, "state")
	}
	// What the instance leaves out is no problem of its status (docs/compat/kro.md#status).
	kept := slices.DeleteFunc(slices.Clone(r.diags[before:]), func(d diag.Diagnostic) bool { return d.Code == diag.EvaluationMissing })
	r.diags = append(r.diags[:before:before], kept...)
	r.soften(before)
}

// unresolved stands for a status field that is not known.
type unresolved struct{}

// known computes what is known of a status value. Objects lose their unknown fields,
// lists keep a null in the place of an unknown item (docs/compat/kro.md#status).
func (b *builder) known(v graph.Value) any {
	switch v := v.(type) {
	case *graph.Object:
		m := map[string]any{}
		for _, f := range v.Fields {
			if e := b.known(f.Value); e != (unresolved{}) {
				m[f.Key] = e
			}
		}
		if len(m) == 0 {
			return unresolved{}
		}
		return m
	case *graph.Array:
		return b.knownItems(v)
	case *graph.Fixed:
		return unresolved{}
	case *graph.Dynamic, *graph.Joined:
		e := b.build(v)
		if b.failed || len(b.waits) > 0 {
			b.failed, b.waits = false, nil
			return unresolved{}
		}
		return e
	}
	return unresolved{}
}

func (b *builder) knownItems(a *graph.Array) any {
	list := make([]any, 0, len(a.Items))
	for i, item := range a.Items {
		e := b.known(item)
		if e == (unresolved{}) {
			continue
		}
		for len(list) < i {
			list = append(list, nil)
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return unresolved{}
	}
	return list
}

// sortedWaits orders waits by path, each path once.
func sortedWaits(waits []Wait) []Wait {
	sorted := slices.Clone(waits)
	slices.SortStableFunc(sorted, func(a, b Wait) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(sorted, func(a, b Wait) bool { return a.Path == b.Path })
}
