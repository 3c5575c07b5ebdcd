package generator

import "slices"

// object is a YAML map that keeps the order of its keys. Values are objects, []any, string,
// int, float64, bool or nil.
type object struct {
	keys   []string
	values map[string]any
}

// fields makes an object of alternating keys and values.
func fields(pairs ...any) *object {
	o := &object{values: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if key, ok := pairs[i].(string); ok {
			o.set(key, pairs[i+1])
		}
	}
	return o
}

func (o *object) set(key string, value any) {
	if _, known := o.values[key]; !known {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

func (o *object) remove(key string) {
	delete(o.values, key)
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
}

// object is the map at a key, made when it is missing.
func (o *object) object(key string) *object {
	if inner, ok := o.values[key].(*object); ok {
		return inner
	}
	inner := fields()
	o.set(key, inner)
	return inner
}

func (o *object) list(key string) []any {
	list, _ := o.values[key].([]any)
	return list
}

func (o *object) add(key string, items ...any) { o.set(key, append(o.list(key), items...)) }

func (o *object) text(key string) string {
	s, _ := o.values[key].(string)
	return s
}

func (o *object) has(key string) bool {
	_, ok := o.values[key]
	return ok
}

// list makes a list of values of one type.
func list[T any](items ...T) []any {
	all := make([]any, 0, len(items))
	for _, item := range items {
		all = append(all, item)
	}
	return all
}
