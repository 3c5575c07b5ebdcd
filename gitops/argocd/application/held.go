package application

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/eval"
)

// HeldAnnotation says on an instance what is missing of it: a JSON array of objects with node and, each where there are
// any, waitsFor and after.
const HeldAnnotation = "krowave.dev/held"

// heldOf are the held resources of all instances.
func heldOf(result *render.Result) []Held {
	var all []Held
	for _, instance := range result.Instances {
		for _, h := range instance.Held {
			all = append(all, Held{Instance: instance.ID(), Node: h.Node, Address: h.Address, Paths: paths(h), After: slices.Clone(h.After)})
		}
	}
	return all
}

// paths are the values that a held resource waits for, each once.
func paths(h eval.Held) []string {
	var all []string
	for _, wait := range h.Paths {
		if !slices.Contains(all, wait.Path) {
			all = append(all, wait.Path)
		}
	}
	return all
}

// withdrawn are the resources that are held and were delivered before. What is held as a whole is delivered in parts: the items of a
// collection, and the resources of a nested RGD.
func withdrawn(held []Held, delivered map[string][]string) []Held {
	return slices.DeleteFunc(slices.Clone(held), func(h Held) bool {
		return !slices.ContainsFunc(delivered[h.Instance], func(address string) bool {
			rest, below := strings.CutPrefix(address, h.Address)
			return below && (rest == "" || rest[0] == '[' || rest[0] == '/')
		})
	})
}

// mark notes on each instance what is held of it, for everybody who looks at the cluster.
func mark(result *render.Result) {
	type note struct {
		Node     string   `json:"node"`
		WaitsFor []string `json:"waitsFor,omitempty"`
		After    []string `json:"after,omitempty"`
	}
	for i, o := range result.Objects {
		if o.Instance < 0 || o.Base != nil || len(result.Instances[o.Instance].Held) == 0 {
			continue
		}
		var notes []note
		for _, h := range result.Instances[o.Instance].Held {
			notes = append(notes, note{Node: h.Node, WaitsFor: paths(h), After: h.After})
		}
		data, err := json.Marshal(notes)
		if err != nil {
			continue // strings have a JSON form
		}
		result.Objects[i].Value = annotated(o.Value, HeldAnnotation, string(data))
	}
}

// annotated is a copy of an object with one more annotation.
func annotated(object map[string]any, key, value string) map[string]any {
	object = maps.Clone(object)
	metadata, _ := object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	metadata, annotations = maps.Clone(metadata), maps.Clone(annotations)
	if metadata == nil {
		metadata = map[string]any{}
	}
	if annotations == nil {
		annotations = map[string]any{}
	}
	annotations[key] = value
	metadata["annotations"] = annotations
	object["metadata"] = metadata
	return object
}

// newHeldError says what is held, why, and what to do about it.
func newHeldError(program *render.Program, result *render.Result, delivered map[string][]string) *HeldError {
	e := &HeldError{Held: heldOf(result)}
	var w writer
	for i, instance := range result.Instances {
		for _, h := range instance.Held {
			what := fmt.Sprintf("%q of %s", h.Node, instance.ID())
			for _, wait := range h.Paths {
				w.add(
					fmt.Sprintf("%s: %s: %s needs %s, which only the cluster knows", positionOf(wait.Span), CodeHeld, what, wait.Path),
					"  supply: "+supply(program, result, i, wait.Path),
				)
			}
			if len(h.After) > 0 {
				w.add(fmt.Sprintf("%s: %s: %s comes after %s", positionOf(h.Span), CodeHeld, what, strings.Join(h.After, ", ")))
			}
		}
	}
	e.text = w.text("reason") + "\nNothing is delivered, since Argo CD would delete a resource that is left out and was applied before. "
	if before := withdrawn(e.Held, delivered); len(before) > 0 {
		e.text += asDelivered(before)
	} else {
		e.text += "For a first install the parameter held=hold delivers everything else."
	}
	return e
}

// maxDelivered is the number of delivered resources that an error names; the others are counted.
const maxDelivered = 5

// asDelivered says what is not held away.
func asDelivered(before []Held) string {
	var names []string
	for _, h := range before[:min(len(before), maxDelivered)] {
		names = append(names, clipped(fmt.Sprintf("%q of %s", h.Address, h.Instance)))
	}
	text := strings.Join(names, ", ")
	switch more := len(before) - len(names); {
	case more > 0:
		text += fmt.Sprintf(" and %d more were", more)
	case len(names) > 1:
		text += " were"
	default:
		text += " was"
	}
	return text + ". An Observation asks for a new value only when a render with it has been delivered: supply the value in a file, or " +
		"let the status of the RGD read it one commit before a template does."
}

// supply says where a missing value comes from. The path starts with the id of the resource that has the value, in a
// nested RGD with the ids on the way to it.
func supply(program *render.Program, result *render.Result, instance int, path string) string {
	const then = " > observed.yaml; commit the file and name it in the parameter observed"
	node := path
	if end := strings.IndexAny(path, ".[? "); end >= 0 {
		node = path[:end]
	}
	for _, o := range result.Objects {
		if o.Instance == instance && o.Node == node {
			id := identityOf(o.Value, "")
			return "kubectl get " + resource(id.kind) + " " + id.name + inNamespace(id.namespace) + " -o yaml" + then
		}
	}
	for _, g := range program.Graphs() {
		at, ok := g.Index(node)
		if !ok || g.RGD.Name != result.Instances[instance].RGD {
			continue
		}
		kind := g.Nodes[at].Base().GVK.GroupKind()
		// What is said of an object that somebody else owns ends in its kind and name, where they are known.
		_, what, _ := strings.Cut(path, " ("+kind.Kind+" ")
		if name, closed := strings.CutSuffix(what, ")"); closed && !strings.Contains(name, " ") {
			namespace := ""
			if before, after, ok := strings.Cut(name, "/"); ok {
				namespace, name = before, after
			}
			return "kubectl get " + resource(kind) + " " + name + inNamespace(namespace) + " -o yaml" + then
		}
		return "kubectl get " + resource(kind) + " … -o yaml, of the live object of " + node + "," + then
	}
	return "kubectl get … -o yaml, of the live object of " + node + "," + then
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " -n " + namespace
}

// resource is a kind as kubectl takes it.
func resource(kind schema.GroupKind) string { return strings.ToLower(kind.String()) }

// heldBytes is the memory of a list, roughly.
func heldBytes(list []Held) int64 {
	var bytes int64
	for _, h := range list {
		bytes += int64(len(h.Instance)+len(h.Node)) + 96
		for _, text := range slices.Concat(h.Paths, h.After) {
			bytes += int64(len(text)) + 16
		}
	}
	return bytes
}
