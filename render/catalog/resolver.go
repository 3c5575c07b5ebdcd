package catalog

import (
	"errors"
	"fmt"
)

// The largest document of Kubernetes itself has fewer than 10,000 nodes, nested fewer than 50 deep.
const (
	maxNodes = 1_000_000
	maxDepth = 1_000
	noCircle = maxDepth + 1
)

var errTooLarge = errors.New("its schemas contain one another too often or too deeply")

// resolver turns the components of one document into schemas, each component
// once. It is not safe for concurrent use.
type resolver struct {
	components map[string]*component
	done       map[string]*Schema
	open       map[string]int // nesting of the components that are being resolved
	reached    int            // the outermost of them that was met again inside others, since this was noCircle
	depth      int
	left       int // nodes that may still be made
	err        error
}

// newResolver is a resolver that makes at most the given number of nodes.
func newResolver(components map[string]*component, nodes int) *resolver {
	return &resolver{components: components, done: map[string]*Schema{}, open: map[string]int{}, left: nodes}
}

// kind is the schema of a component that is a kind. As in kro a kind that
// contains itself appears once inside itself.
func (r *resolver) kind(name string) (*Schema, error) {
	r.err, r.reached = nil, noCircle
	c := r.components[name]
	if c == nil {
		return nil, fmt.Errorf("no schema %q", name)
	}
	s := converter{resolver: r}.schema(&c.JSONSchemaProps)
	return s, r.err
}

// enter counts a node and reports whether there may be one more.
func (r *resolver) enter() bool {
	if r.left <= 0 || r.depth >= maxDepth {
		r.err = errTooLarge
		return false
	}
	r.left--
	r.depth++
	return true
}

func (r *resolver) leave() { r.depth-- }

// component is the schema of a component, or an empty object inside of itself.
func (r *resolver) component(name string) *Schema {
	empty := &Schema{Type: "object"}
	if depth, ok := r.open[name]; ok {
		if innermost := len(r.open) - 1; depth < innermost {
			r.reached = min(r.reached, depth)
		}
		return empty
	}
	if s := r.done[name]; s != nil {
		return s
	}
	c := r.components[name]
	if c == nil {
		r.err = fmt.Errorf("no schema %q", name)
	}
	if r.err != nil {
		return empty
	}
	depth, before := len(r.open), r.reached
	r.open[name], r.reached = depth, noCircle
	s := converter{resolver: r}.schema(&c.JSONSchemaProps)
	delete(r.open, name)
	// The components of a circle look different from each place where the circle is
	// entered; one that only contains itself does not.
	if r.err == nil && r.reached > depth {
		r.done[name] = s
	}
	r.reached = min(before, r.reached)
	return s
}
