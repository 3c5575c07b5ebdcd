package value

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apimachinery/pkg/api/equality"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"github.com/krowave/krowave/render/catalog"
)

// object is a struct (a schema with properties) or a map (one with additionalProperties).
type object struct {
	context
	data   map[string]any
	schema *catalog.Schema // nil in a [free] object
}

var (
	_ traits.Mapper = (*object)(nil)
	_ container     = (*object)(nil)
)

func (o *object) isStruct() bool { return o.schema != nil && o.schema.Properties != nil }

// Find looks up a field by its escaped name, or a key. A missing one that may still
// appear is found to be unknown.
func (o *object) Find(key ref.Val) (ref.Val, bool) {
	switch k := key.(type) {
	case types.String:
		return o.find(string(k))
	case *types.Unknown:
		return k, true
	}
	if o.schema == nil {
		return nil, false
	}
	converted := key.ConvertToType(types.StringType)
	if k, ok := converted.(types.String); ok {
		return o.find(string(k))
	}
	return types.MaybeNoSuchOverloadErr(converted), true
}

func (o *object) find(key string) (ref.Val, bool) {
	if o.isStruct() {
		name, ok := unescape(key)
		if !ok {
			return nil, false
		}
		key = name
	}
	return o.named(key)
}

// named is find without the escaping.
func (o *object) named(key string) (ref.Val, bool) {
	v, ok := o.data[key]
	if ok && (v != nil || !o.isStruct()) {
		return o.child(key, v), true
	}
	if o.knowledge == whole || o.known.field(key).all() {
		return nil, false
	}
	at := place{up: &o.place, key: key, index: atKey}
	return NewUnknown(at.path()), true
}

// child wraps a value found under a key.
func (o *object) child(key string, data any) ref.Val {
	c := context{place: place{up: &o.place, key: key, index: atKey}, knowledge: o.knowledge}
	if o.knowledge != whole && o.known != nil {
		c.known = o.known.field(key)
		if c.known.all() {
			c.knowledge = whole
		}
	}
	switch {
	case o.schema == nil:
		return c.raw(data)
	case o.schema.Properties == nil:
		if c.knowledge == stated { // that a map is what somebody set says nothing of the structs in it
			c.knowledge = partial
		}
		return c.typed(data, o.schema.AdditionalProperties)
	}
	if p := o.schema.Properties[key]; p != nil {
		return c.typed(data, p)
	}
	c.knowledge = c.below()
	return c.raw(data)
}

// unescape is the field's own name.
func unescape(key string) (string, bool) {
	if !strings.Contains(key, "__") {
		return key, true
	}
	return apiservercel.Unescape(key)
}

// Get is the value of a key that must be there.
func (o *object) Get(key ref.Val) ref.Val {
	if v, ok := o.Find(key); ok {
		return v
	}
	return types.ValOrErr(key, "no such key: %v", key)
}

// Contains reports whether a key is there.
func (o *object) Contains(key ref.Val) ref.Val {
	v, ok := o.Find(key)
	if v != nil && types.IsUnknownOrError(v) {
		return v
	}
	return types.Bool(ok)
}

// Size counts what the data holds.
func (o *object) Size() ref.Val { return types.Int(len(o.data)) }

// Iterator yields the keys in order, of a struct escaped. Behind those of a partial object
// comes one that is unknown, since there may be more.
func (o *object) Iterator() traits.Iterator {
	keys := make([]ref.Val, 0, len(o.data)+1)
	for _, k := range slices.Sorted(maps.Keys(o.data)) {
		if o.isStruct() {
			if escaped, ok := apiservercel.Escape(k); ok {
				k = escaped
			}
		}
		keys = append(keys, types.String(k))
	}
	if o.knowledge == partial {
		keys = append(keys, o.gap())
	}
	return types.NewRefValList(types.DefaultTypeAdapter, keys).Iterator()
}

// Equal compares as the API server does: what the schema does not know by its data.
func (o *object) Equal(other ref.Val) ref.Val {
	m, ok := other.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if u := undecided(o, other); u != nil {
		return u
	}
	if o.Size() != m.Size() {
		return types.False
	}
	for _, key := range slices.Sorted(maps.Keys(o.data)) {
		if o.isStruct() && o.schema.Properties[key] == nil {
			if eq := o.equalUnknown(key, other); eq != types.True {
				return eq
			}
			continue
		}
		v, found := o.Find(types.String(key))
		w, otherFound := m.Find(types.String(key))
		if found != otherFound {
			return types.False
		}
		if !found {
			continue
		}
		if eq := v.Equal(w); eq != types.True {
			return eq
		}
	}
	return types.True
}

// equalUnknown compares a field that the schema does not know. As in kro, one that the
// other struct lacks counts as equal.
func (o *object) equalUnknown(key string, other ref.Val) ref.Val {
	p, ok := other.(*object)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if v, ok := p.data[key]; ok && !equality.Semantic.DeepEqual(o.data[key], v) {
		return types.False
	}
	return types.True
}

// Type is the type of maps: there is no other at run time.
func (o *object) Type() ref.Type { return types.MapType }

// Value is the data.
func (o *object) Value() any { return o.data }

// ConvertToType knows maps only.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.MapType:
		return o
	case types.TypeType:
		return types.MapType
	}
	return types.NewErr("type conversion error from '%s' to '%s'", types.MapType, t.TypeName())
}

// ConvertToNative hands out the data where a map of any fits. Anything else, as json.encode
// wants, is refused, as in kro.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	if u := o.gap(); u != nil {
		return nil, fmt.Errorf("not known yet: %v", u)
	}
	if reflect.TypeFor[map[string]any]().AssignableTo(t) {
		return o.data, nil
	}
	if reflect.TypeOf(o).AssignableTo(t) {
		return o, nil
	}
	return nil, fmt.Errorf("type conversion error from map to '%v'", t)
}

func (o *object) gap() *types.Unknown {
	if o.knowledge == partial {
		return NewUnknown(o.path())
	}
	if o.knowledge == whole {
		return scan(o.data, nil)
	}
	var u *types.Unknown
	for k, v := range o.data {
		if nested(v) {
			u = types.MergeUnknowns(u, Gap(o.child(k, v)))
		}
	}
	return u
}

func (o *object) plain() any {
	switch o.knowledge {
	case whole:
		return copied(o.data)
	case partial:
		return o.gap()
	case stated:
	}
	all := make(map[string]any, len(o.data))
	for k, v := range o.data {
		all[k] = plain(v, func() ref.Val { return o.child(k, v) })
	}
	return all
}
