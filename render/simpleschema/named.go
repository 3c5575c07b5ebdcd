package simpleschema

import (
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
)

// namedType is an entry of schema.types.
type namedType struct {
	member
	needs []reference // the known types that it mentions
	built bool
	// schema is nil for a type that contains itself.
	schema *apiextensionsv1.JSONSchemaProps
	origin *Origin
	size   int // schemas in it
	// required is the marker that makes every field of this type required, or zero.
	required Text
}

// load builds all named types, each after those that it mentions.
func (b *builder) load(types *object) {
	for _, m := range types.members {
		b.names = append(b.names, m.name)
		b.types[m.name] = &namedType{member: m}
		b.unreachable(m)
	}
	for _, name := range b.names {
		t := b.types[name]
		for _, ref := range t.decl.references() {
			if b.types[ref.str] != nil {
				t.needs = append(t.needs, ref)
			}
		}
	}
	pending := b.buildReady(b.names)
	for range maxCycles {
		if len(pending) == 0 {
			return
		}
		b.breakCycle(pending[0])
		pending = b.buildReady(pending)
	}
}

// unreachable warns of a name that no field can refer to.
func (b *builder) unreachable(m member) {
	if isBuiltin(m.name) || m.name != strings.TrimSpace(m.name) || m.name == "" || strings.Contains(m.name, "|") ||
		strings.HasPrefix(m.name, "[]") || strings.HasPrefix(m.name, "map[") {
		b.diags.warnf(diag.SchemaSuspect, wholeText(m.key), "no field can use a type with the name %s: it always means something else", quote(m.name))
	}
}

// buildReady builds every type whose needs are built, until there is none, and
// answers the rest in the order of the file.
func (b *builder) buildReady(names []string) (pending []string) {
	dependents := map[string][]string{}
	missing := map[string]int{}
	var ready []string
	for _, name := range names {
		t := b.types[name]
		for _, ref := range t.needs {
			if !b.types[ref.str].built {
				missing[name]++
				dependents[ref.str] = append(dependents[ref.str], name)
			}
		}
		if missing[name] == 0 && !t.built {
			ready = append(ready, name)
		}
	}
	for len(ready) > 0 {
		name := ready[0]
		ready = ready[1:]
		b.build(b.types[name])
		for _, d := range dependents[name] {
			if missing[d]--; missing[d] == 0 {
				ready = append(ready, d)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b.types[name].built })
}

func (b *builder) build(t *namedType) {
	before := b.nodes
	t.built = true
	var p parent
	t.schema, t.origin = b.field(t.member, &p)
	t.size = b.nodes - before
	if len(p.required) > 0 {
		t.required = p.required[0].at
	}
}

// breakCycle reports the cycle that can be reached from a type that waits for
// another one, and marks its types as built so that the rest can be.
func (b *builder) breakCycle(name string) {
	var path []reference
	seen := map[string]int{} // index into path of the step that leaves the type
	for {
		at, again := seen[name]
		if again {
			path = path[at:]
			break
		}
		t := b.types[name]
		i := slices.IndexFunc(t.needs, func(r reference) bool { return !b.types[r.str].built })
		seen[name] = len(path)
		path = append(path, t.needs[i])
		name = t.needs[i].str
	}
	names := make([]string, 0, len(path)+1)
	for _, step := range path {
		b.types[step.str].built = true
		names = append(names, step.str)
	}
	if len(path) == 1 {
		b.diags.errorf(diag.SchemaTypeCycle, path[0].Text, "the type %s contains itself", quote(name)).
			WithHint("use object for a part of any shape")
		return
	}
	d := b.diags.errorf(diag.SchemaTypeCycle, path[0].Text, "these types contain each other: %s",
		cut(strings.Join(append(names, names[0]), " → "))).
		WithHint("use object for a part of any shape")
	for _, step := range path[1:min(len(path), maxCycles)] {
		relate(d, step.Text, "and %s is used here", quote(step.str))
	}
}

// resolve is a copy of a named type's schema.
func (b *builder) resolve(ref reference) (*apiextensionsv1.JSONSchemaProps, *Origin) {
	t := b.types[ref.str]
	if t == nil {
		d := b.diags.errorf(diag.SchemaUnknownType, ref.Text, "unknown type %s", quote(ref.str))
		if b.hints++; b.hints <= maxHints {
			d.WithHint("%s", typeHint(ref.str, b.names))
		}
	}
	if t == nil || t.schema == nil || !b.charge(t.size, ref.Text) {
		return &apiextensionsv1.JSONSchemaProps{}, &Origin{place: ref.Text}
	}
	return t.schema.DeepCopy(), t.origin.use(ref.Text)
}
