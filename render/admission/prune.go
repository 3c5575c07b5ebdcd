package admission

import (
	"encoding/json"
	"math"

	"github.com/krowave/krowave/render/diag"
)

// pruner copies a value and leaves out what the schema does not know. The copy shares
// nothing with the original.
type pruner struct {
	recorder
}

// prune is the API server's pruning: below a field that the schema does not describe
// nothing is kept but scalars, unless the schema preserves unknown fields.
func (p *pruner) prune(x any, n *node) any {
	if n != nil && n.preserve {
		return p.keep(x, n)
	}
	switch x := x.(type) {
	case map[string]any:
		if n != nil && !n.takes(x) && !p.quiet { // The type is what is wrong, not the fields.
			p.quiet = true
			defer func() { p.quiet = false }()
		}
		kept := make(map[string]any, len(x))
		for key, value := range x {
			p.push(key)
			child, known := n.child(key)
			switch {
			case n != nil && n.embedded && isMeta(key):
				kept[key] = p.copy(value)
			case known:
				kept[key] = p.prune(value, child)
			default:
				p.unknown(key, n)
			}
			p.pop()
		}
		return kept
	case []any:
		kept := make([]any, len(x))
		for i, value := range x {
			p.pushItem(i)
			kept[i] = p.prune(value, n.itemsOf())
			p.pop()
		}
		return kept
	}
	return p.copy(x)
}

// keep is pruning below x-kubernetes-preserve-unknown-fields: what the schema describes is
// pruned again, everything else stays.
func (p *pruner) keep(x any, n *node) any {
	if n == nil {
		return p.copy(x)
	}
	switch x := x.(type) {
	case map[string]any:
		kept := make(map[string]any, len(x))
		for key, value := range x {
			p.push(key)
			if child, known := n.child(key); known && (!n.embedded || !isMeta(key)) {
				kept[key] = p.prune(value, child)
			} else {
				kept[key] = p.copy(value)
			}
			p.pop()
		}
		return kept
	case []any:
		kept := make([]any, len(x))
		for i, value := range x {
			p.pushItem(i)
			kept[i] = p.keep(value, n.items)
			p.pop()
		}
		return kept
	}
	return p.copy(x)
}

func (p *pruner) unknown(key string, n *node) {
	f := p.add(ruleDropped, "is not a field that the schema knows; the API server drops it")
	f.place = atKey
	if n == nil {
		return
	}
	if meant := diag.Suggest(key, n.names); meant != "" {
		f.hint = "did you mean " + quote(meant) + "?"
	}
}

// copy copies a value. Numbers take the two forms that JSON has in the API server;
// what is no JSON at all is reported and left out.
func (p *pruner) copy(x any) any {
	switch x := x.(type) {
	case nil, bool, string, int64:
		return x
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			p.add(ruleType, "is not a number that JSON can hold")
			return nil
		}
		return wholeOrFloat(x)
	case map[string]any:
		copied := make(map[string]any, len(x))
		for key, value := range x {
			p.push(key)
			copied[key] = p.copy(value)
			p.pop()
		}
		return copied
	case []any:
		copied := make([]any, len(x))
		for i, value := range x {
			p.pushItem(i)
			copied[i] = p.copy(value)
			p.pop()
		}
		return copied
	}
	return p.convert(x)
}

// wholeOrFloat is a number as it reads back from JSON, where a whole float has no point.
func wholeOrFloat(f float64) any {
	if f == math.Trunc(f) && f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f)
	}
	return f
}

// convert brings other Go values of JSON to the forms that the rest of the package knows.
func (p *pruner) convert(x any) any {
	switch x := x.(type) {
	case int:
		return int64(x)
	case int32:
		return int64(x)
	case float32:
		return p.copy(float64(x))
	case json.Number:
		if i, err := x.Int64(); err == nil {
			return i
		}
		if f, err := x.Float64(); err == nil {
			return p.copy(f)
		}
	}
	p.add(ruleType, "is not a JSON value")
	return nil
}

func (n *node) itemsOf() *node {
	if n == nil {
		return nil
	}
	return n.items
}

func isMeta(key string) bool { return key == "apiVersion" || key == "kind" || key == "metadata" }

// fill puts defaults into a pruned value, in place, and drops the nulls of fields that
// are neither nullable nor have a default.
func fill(x any, n *node) {
	if n == nil {
		return
	}
	switch x := x.(type) {
	case map[string]any:
		fillObject(x, n)
	case []any:
		if n.items == nil {
			return
		}
		for i, value := range x {
			if value == nil && !n.items.nullable {
				x[i] = n.items.fresh()
			} else {
				fill(value, n.items)
			}
		}
	}
}

func fillObject(x map[string]any, n *node) {
	for key, value := range x {
		child, _ := n.child(key)
		switch {
		case child == nil:
		case value != nil || child.nullable:
			fill(value, child)
		case child.fallback != nil:
			x[key] = child.fresh()
		default:
			delete(x, key)
		}
	}
	for _, name := range n.filled {
		if _, ok := x[name]; !ok {
			x[name] = n.properties[name].fresh()
		}
	}
}

// fresh is a copy of the default.
func (n *node) fresh() any {
	var p pruner
	return p.copy(n.fallback)
}
