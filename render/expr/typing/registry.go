package typing

import (
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/catalog"
)

// typePrefix keeps the names of types apart from the names of variables.
const typePrefix = "__type_"

// Names of the types inside lists and maps.
const (
	itemSegment  = "@idx"
	valueSegment = "@elem"
)

// Registry gives CEL's type checker the types of variables that hold Kubernetes
// objects. It implements [types.Provider]. Types are made when they are first
// asked for. Variables must be declared before the Registry is shared by goroutines.
type Registry struct {
	types.Provider // answers for everything that is no type of a declared variable

	mu    sync.Mutex
	roots map[string]root  // by id
	nodes map[string]*node // by type name; what was found so far
}

// root is a declared variable.
type root struct {
	schema *catalog.Schema
	list   bool
}

// node is a schema at its place below a variable.
type node struct {
	name   string
	schema *catalog.Schema
	// fields are the fields asked for so far, by the name in the question; nil for a
	// field that does not exist.
	fields map[string]*types.FieldType
}

// NewRegistry returns a Registry without variables. For kro's verdict on the type names in
// expressions base should know no messages of its own, such as those of protobuf.
func NewRegistry(base types.Provider) *Registry {
	return &Registry{Provider: base, roots: map[string]root{}, nodes: map[string]*node{}}
}

// Declare is the type of a variable that holds one object of the schema. A later
// declaration of the same id replaces the earlier one. A schema that expressions
// cannot see, since it has no type, is declared as dyn.
func (r *Registry) Declare(id string, s *catalog.Schema) *types.Type {
	r.declare(id, root{schema: s})
	return orDyn(typeOf(typePrefix+id, s))
}

// DeclareList is the type of a variable that holds a list of such objects. As in kro, an
// object out of such a list, or for a field of such an object, is not compared field by
// field ([Registry.Compatible]).
func (r *Registry) DeclareList(id string, s *catalog.Schema) *types.Type {
	r.declare(id, root{schema: s, list: true})
	return types.NewListType(orDyn(typeOf(typePrefix+id+"."+itemSegment, s)))
}

func (r *Registry) declare(id string, declared root) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, again := r.roots[id]; again {
		name := typePrefix + id
		for known := range r.nodes {
			if known == name || strings.HasPrefix(known, name+".") {
				delete(r.nodes, known)
			}
		}
	}
	r.roots[id] = declared
}

// FindStructType implements [types.Provider].
func (r *Registry) FindStructType(name string) (*types.Type, bool) {
	if r.object(name) == nil {
		return r.Provider.FindStructType(name)
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

// FindStructFieldNames implements [types.Provider]: the fields of an object as
// expressions write them, sorted.
func (r *Registry) FindStructFieldNames(name string) ([]string, bool) {
	n := r.object(name)
	if n == nil {
		return r.Provider.FindStructFieldNames(name)
	}
	names := make([]string, 0, len(n.schema.Properties))
	for key, s := range n.schema.Properties {
		if escaped, ok := escape(key); ok && exposed(s) {
			if keyword(key, escaped) {
				escaped = key
			}
			names = append(names, escaped)
		}
	}
	slices.Sort(names)
	return names, true
}

// FindStructFieldType implements [types.Provider].
func (r *Registry) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.find(name)
	if n == nil || !n.isObject() {
		return r.Provider.FindStructFieldType(name, field)
	}
	f := n.field(field)
	return f, f != nil
}

// object is the node of an object type, or nil.
func (r *Registry) object(name string) *node {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.find(name); n != nil && n.isObject() {
		return n
	}
	return nil
}

// find follows the name of a type through the schema of its variable. It answers nil
// for names that lead nowhere.
func (r *Registry) find(name string) *node {
	if n, ok := r.nodes[name]; ok {
		return n
	}
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		id, ours := strings.CutPrefix(name, typePrefix)
		declared, ok := r.roots[id]
		if !ours || !ok || declared.list || !exposed(declared.schema) {
			return nil
		}
		return r.keep(name, declared.schema)
	}
	segment := name[at+1:]
	if declared, ok := r.listRoot(name[:at]); ok {
		if segment != itemSegment || !exposed(declared.schema) {
			return nil
		}
		return r.keep(name, embedded(declared.schema))
	}
	parent := r.find(name[:at])
	if parent == nil {
		return nil
	}
	s := parent.child(segment)
	if s == nil || !exposed(s) {
		return nil
	}
	return r.keep(name, embedded(s))
}

func (r *Registry) listRoot(name string) (root, bool) {
	id, ours := strings.CutPrefix(name, typePrefix)
	if !ours {
		return root{}, false
	}
	declared, ok := r.roots[id]
	return declared, ok && declared.list
}

// belowList reports the name of a type inside a list variable.
func (r *Registry) belowList(name string) bool {
	variable, _, _ := strings.Cut(name, ".")
	_, list := r.listRoot(variable)
	return list
}

func (r *Registry) keep(name string, s *catalog.Schema) *node {
	n := &node{name: name, schema: s}
	r.nodes[name] = n
	return n
}

// isObject reports that the schema is a CEL object and neither a map nor anything else.
func (n *node) isObject() bool {
	return !anyScalar(n.schema) && n.schema.Type == "object" && n.schema.AdditionalProperties == nil
}

// child is the schema behind a segment of a type name, or nil.
func (n *node) child(segment string) *catalog.Schema {
	switch {
	case anyScalar(n.schema):
		return nil
	case n.isObject():
		_, s := property(n.schema, segment)
		return s
	case segment == itemSegment && n.schema.Type == "array":
		return n.schema.Items
	case segment == valueSegment && n.schema.Type == "object":
		return n.schema.AdditionalProperties
	}
	return nil
}

// field is the type of a field by its name in an expression, or nil.
func (n *node) field(name string) *types.FieldType {
	if f, ok := n.fields[name]; ok {
		return f
	}
	if n.fields == nil {
		n.fields = map[string]*types.FieldType{}
	}
	f := n.makeField(name)
	n.fields[name] = f
	return f
}

func (n *node) makeField(name string) *types.FieldType {
	key, s := property(n.schema, name)
	escaped := name
	if s == nil { // CEL's keywords may follow a dot as they are
		if e, ok := escape(name); ok && keyword(name, e) {
			key, s, escaped = name, n.schema.Properties[name], e
		}
	}
	if t := typeOf(n.name+"."+escaped, s); t != nil && key != "" {
		return &types.FieldType{Type: t}
	}
	if n.schema.PreserveUnknown {
		return &types.FieldType{Type: types.DynType}
	}
	return nil
}

func orDyn(t *types.Type) *types.Type {
	if t == nil {
		return types.DynType
	}
	return t
}
