package admission

import (
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// embedded visits the objects in an object and adds what it finds to the findings.
func embedded(findings []finding, object any, root *node, visit func(*recorder, map[string]any)) []finding {
	if !root.embeds {
		return findings
	}
	e := embedder{recorder: recorder{findings: findings}, visit: visit}
	e.below(object, root)
	return e.findings
}

// embedder visits the objects inside of an object (x-kubernetes-embedded-resource).
type embedder struct {
	recorder
	visit func(*recorder, map[string]any)
}

// below visits everything below a value, but not the value itself.
func (e *embedder) below(x any, n *node) {
	if n == nil {
		return
	}
	switch x := x.(type) {
	case map[string]any:
		for key, value := range x {
			child, _ := n.child(key)
			e.push(key)
			e.value(value, child)
			e.pop()
		}
	case []any:
		for i, item := range x {
			e.pushItem(i)
			e.value(item, n.items)
			e.pop()
		}
	}
}

func (e *embedder) value(x any, n *node) {
	if object, ok := x.(map[string]any); ok && n != nil && n.embedded {
		e.visit(&e.recorder, object)
	}
	e.below(x, n)
}

// embeddedSchema is that of an embedded object of which nothing else is known.
func embeddedSchema() *schema.Structural {
	return &schema.Structural{Extensions: schema.Extensions{XEmbeddedResource: true}}
}

// decode brings the metadata of an embedded object into the form that it is stored
// in. The parts are decoded one by one, so that all errors are found, in one order.
func decode(r *recorder, x map[string]any) {
	for _, key := range []string{"apiVersion", "kind", "metadata"} {
		value, ok := x[key]
		if !ok {
			continue
		}
		part := map[string]any{key: value}
		invalid, unknown := objectmeta.CoerceWithOptions(nil, part, embeddedSchema(), false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
		if invalid != nil {
			r.push(key)
			r.add(ruleType, "cannot be decoded: %s", invalid.Detail)
			r.pop()
			continue
		}
		for _, name := range unknown {
			r.add(ruleDropped, "has the unknown field %s; the API server drops it", name)
		}
		x[key] = part[key]
	}
}

// validate checks an embedded object.
func validate(r *recorder, x map[string]any) {
	for _, err := range objectmeta.Validate(nil, x, embeddedSchema(), false) {
		at := r.trail.path()
		for key := range strings.SplitSeq(err.Field, ".") {
			at = at.Key(key)
		}
		if err.Type == field.ErrorTypeRequired {
			r.addAt(ruleRequired, at, "is required").place = atParent
		} else {
			r.addAt(ruleMetadata, at, "is not valid in an object: %s", err.Detail)
		}
	}
}
