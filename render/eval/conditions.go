package eval

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// conditions evaluates the author's conditions. One that waits is left out, so that
// whoever writes the status keeps the previous one; of a type that comes twice all
// are left out (docs/compat/kro.md#conditions).
func (r *run) conditions() {
	if len(r.graph.Conditions) == 0 {
		return
	}
	before := len(r.diags)
	r.authored(value.Wrap(r.withConditions(), r.schemaWithStatus(), value.Absent))
	r.soften(before)
}

// authored evaluates the author's conditions on an instance with the conditions that kro gave it.
func (r *run) authored(instance ref.Val) {
	locals := []local{
		{name: dialect.RuntimeVariable, value: dialect.Runtime()},
		{name: instanceName, value: instance},
	}
	counts := map[string]int{}
	var all []dialect.Condition
	for _, e := range r.graph.Conditions {
		v, _ := r.eval(e, locals)
		if v == nil {
			r.incomplete = true
			continue
		}
		made, err := dialect.Conditions(v)
		if err != nil {
			r.diags.Errorf(diag.EvaluationValue, e.Span(), "%v", err)
			continue
		}
		for _, c := range made {
			if counts[c.Type]++; counts[c.Type] == 2 {
				r.diags.Errorf(diag.EvaluationDuplicate, e.Span(), "the condition %q is made twice; none of the two counts", c.Type)
			}
			all = append(all, c)
		}
	}
	r.result.Conditions = slices.DeleteFunc(all, func(c dialect.Condition) bool { return counts[c.Type] > 1 })
}

// withConditions is the instance with the conditions that kro gave it: those of the live
// instance, and unknown where it was not observed.
func (r *run) withConditions() map[string]any {
	seen := make(map[string]any, len(r.instance)+1)
	maps.Copy(seen, r.instance)
	conditions := fieldpath.Path{}.Key("status").Key("conditions")
	seen["status"] = map[string]any{"conditions": value.NewUnknown(value.Path{Node: instanceName, Field: conditions})}
	namespace, name := names(r.request.Instance)
	o, ok := r.find(r.graph.InstanceGVK().GroupKind(), namespace, name)
	if ok && o.Object["status"] != nil && (o.Known == nil || o.Known.Has(conditions)) {
		seen["status"] = o.Object["status"]
	}
	return seen
}

// schemaWithStatus types what withConditions answers.
func (r *run) schemaWithStatus() *catalog.Schema {
	s := *r.graph.InstanceSchema
	s.Properties = maps.Clone(s.Properties)
	s.Properties["status"] = &catalog.Schema{Type: "object", PreserveUnknown: true}
	return &s
}

// soften turns the problems of the status into warnings: a status that cannot be
// computed does not stop the objects from being delivered.
func (r *run) soften(from int) {
	for i := range r.diags[from:] {
		r.diags[from+i].Severity = diag.Warning
	}
}
