package simpleschema

import (
	"maps"
	"strings"
)

// Origin leads from a part of a built schema to the user's text. It is a tree of the
// schema's shape; the parts of a named type are shared by all its uses. An
// Origin is immutable once [Build] has returned it. A nil Origin knows nothing.
type Origin struct {
	place Text
	// marks are the markers that made a part of this schema, by the part's name in OpenAPI.
	marks map[string]Text
	// used is the name of the type that this schema is a copy of, where it is used.
	used Text

	properties    map[string]*Origin
	items, values *Origin
}

// Find is the text that made the part of the schema at a path, written as the
// API server writes paths: properties[a].items.x-kubernetes-validations[0].rule.
// Where the path leads beyond what the user wrote, the nearest text is answered. Via
// are the names of the named types that lead to another line, as they are used,
// outermost first.
func (o *Origin) Find(path string) (place Text, via []Text) {
	if o == nil {
		return Text{}, nil
	}
	if o.used.node != nil {
		via = append(via, o.used)
	}
	path = strings.TrimPrefix(path, ".")
	if next, rest := o.step(path); next != nil {
		place, inner := next.Find(rest)
		return place, append(via, inner...)
	}
	place = o.place
	longest := ""
	for name := range o.marks {
		if rest, found := strings.CutPrefix(path, name); found && atBoundary(rest) && len(name) > len(longest) {
			longest, place = name, o.marks[name]
		}
	}
	if n := len(via); n > 0 && via[n-1].node == place.node {
		via = via[:n-1] // The text stands beside the type's name.
	}
	return place, via
}

// step is the child that the first element of a path names, and the rest of the path.
// Names are compared with the path, since they may hold any characters themselves.
func (o *Origin) step(path string) (child *Origin, rest string) {
	if behind, found := strings.CutPrefix(path, "items"); found && atBoundary(behind) {
		return o.items, behind
	}
	if behind, found := strings.CutPrefix(path, "additionalProperties"); found && atBoundary(behind) {
		return o.values, behind
	}
	behind, found := strings.CutPrefix(path, "properties[")
	if !found {
		return nil, ""
	}
	longest := -1
	for name, property := range o.properties {
		if r, found := strings.CutPrefix(behind, name+"]"); found && atBoundary(r) && len(name) > longest {
			longest, child, rest = len(name), property, r
		}
	}
	return child, rest
}

// atBoundary reports that an element of a path ends before rest.
func atBoundary(rest string) bool {
	return rest == "" || rest[0] == '.' || rest[0] == '['
}

// Property is the origin of a field of an object, or nil.
func (o *Origin) Property(name string) *Origin {
	if o == nil {
		return nil
	}
	return o.properties[name]
}

// Items is the origin of the elements of a list, or nil.
func (o *Origin) Items() *Origin {
	if o == nil {
		return nil
	}
	return o.items
}

// Values is the origin of the values of a map, or nil.
func (o *Origin) Values() *Origin {
	if o == nil {
		return nil
	}
	return o.values
}

// Place is the text of the schema's type, or the name of the field when the
// schema is an object written out in place.
func (o *Origin) Place() Text {
	if o == nil {
		return Text{}
	}
	return o.place
}

// use is the origin of a copy of a named type's schema.
func (o *Origin) use(name Text) *Origin {
	copied := *o
	copied.place, copied.used = name, name
	copied.marks = maps.Clone(o.marks)
	return &copied
}

// mark records the text of a part of the schema.
func (o *Origin) mark(part string, t Text) {
	if o.marks == nil {
		o.marks = map[string]Text{}
	}
	o.marks[part] = t
}
