package product

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/test/kro/trial"
)

// key names an object of the cluster.
type key struct {
	kind            schema.GroupKind
	namespace, name string
}

// world is the cluster of a case as [eval.Objects]: the objects that exist, and of the
// rendered ones those that the case observes.
type world struct {
	mode    trial.Mode
	objects map[key]map[string]any
	// overlays are the observations by node and item.
	overlays map[string]map[int]map[string]any
	// rendered are the objects that were rendered so far and are observed.
	rendered map[key]map[string]any
}

func newWorld(c trial.Case, namespace string) (*world, error) {
	w := &world{mode: c.Mode, objects: map[key]map[string]any{}, overlays: map[string]map[int]map[string]any{}, rendered: map[key]map[string]any{}}
	for _, text := range c.Objects {
		object, err := decode(text)
		if err != nil {
			return nil, err
		}
		k := keyOf(object)
		if k.namespace == "" && !clusterScoped(k.kind) {
			k.namespace = namespace
			if m, ok := object["metadata"].(map[string]any); ok {
				m["namespace"] = namespace
			}
		}
		w.objects[k] = object
	}
	for _, o := range c.Observed {
		object, err := decode(o.Object)
		if err != nil {
			return nil, err
		}
		if w.overlays[o.Node] == nil {
			w.overlays[o.Node] = map[int]map[string]any{}
		}
		w.overlays[o.Node][o.Index] = object
	}
	return w, nil
}

// clusterScoped tells the kinds apart that the cases use for existing objects.
func clusterScoped(kind schema.GroupKind) bool {
	switch kind.Kind {
	case "Namespace", "StorageClass", "ClusterRole", "ClusterRoleBinding", "PersistentVolume", "PriorityClass", "CustomResourceDefinition":
		return true
	}
	return false
}

func decode(text string) (map[string]any, error) {
	var diags diag.List
	n := parse("object.yaml", text, &diags)
	object, ok := n.JSON().(map[string]any)
	if !ok || diags.HasErrors() {
		return nil, fmt.Errorf("not an object: %s", text)
	}
	return object, nil
}

func keyOf(object map[string]any) key {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	metadata, _ := object["metadata"].(map[string]any)
	k := key{kind: schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind()}
	k.namespace, _ = metadata["namespace"].(string)
	k.name, _ = metadata["name"].(string)
	return k
}

// Find implements [eval.Objects].
func (w *world) Find(kind schema.GroupKind, namespace, name string) (map[string]any, bool) {
	k := key{kind, namespace, name}
	if object, ok := w.rendered[k]; ok {
		return object, true
	}
	object, ok := w.objects[k]
	return object, ok
}

// List implements [eval.Objects]. The cases list everything that exists.
func (w *world) List(kind schema.GroupKind, namespace string) ([]map[string]any, bool) {
	keys := slices.SortedFunc(maps.Keys(w.objects), func(a, b key) int {
		return strings.Compare(a.namespace+"/"+a.name, b.namespace+"/"+b.name)
	})
	var objects []map[string]any
	for _, k := range keys {
		if k.kind == kind && (namespace == "" || k.namespace == namespace) {
			objects = append(objects, w.objects[k])
		}
	}
	return objects, true
}

// settle renders again and again, each time with what was rendered before observed as
// the case says, until nothing new appears.
func (w *world) settle(g *graph.Graph, request eval.Request) (*eval.Result, diag.List) {
	for {
		request.Budget = nil
		result, diags := eval.Run(g, request)
		grown := false
		for _, o := range result.Objects {
			overlay, given := w.overlays[o.Node][max(o.Item, 0)]
			if w.mode == trial.Given && !given {
				continue
			}
			if _, known := w.rendered[keyOf(o.Value)]; !known {
				grown = true
				w.rendered[keyOf(o.Value)] = map[string]any{}
				if given {
					w.rendered[keyOf(o.Value)] = overlay
				}
			}
		}
		if !grown || diags.HasErrors() {
			return result, diags
		}
	}
}
