package hydrate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/graph"
)

// identity is what the API server knows an object by.
type identity struct {
	kind                     schema.GroupKind
	namespace, name, version string
}

// String is the ID of an inventory.
func (i identity) String() string {
	return decision.Identity{Namespace: i.namespace, Name: i.name, Group: i.kind.Group, Kind: i.kind.Kind}.ID()
}

func identify(o map[string]any) identity {
	apiVersion, _ := o["apiVersion"].(string)
	kind, _ := o["kind"].(string)
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	metadata, _ := o["metadata"].(map[string]any)
	id := identity{kind: gvk.GroupKind(), version: gvk.Version}
	id.namespace, _ = metadata["namespace"].(string)
	id.name, _ = metadata["name"].(string)
	return id
}

// ID is the inventory's name of a node of an Observation; empty when it chooses by a selector.
func ID(n v1alpha1.ObservedNode) string {
	if n.Name == "" {
		return ""
	}
	gvk := schema.FromAPIVersionAndKind(n.APIVersion, n.Kind)
	return identity{kind: gvk.GroupKind(), namespace: n.Namespace, name: n.Name}.String()
}

// InstanceID is the inventory's name of the instance of an Observation.
func InstanceID(i v1alpha1.InstanceReference) string {
	gvk := schema.FromAPIVersionAndKind(i.APIVersion, i.Kind)
	return identity{kind: gvk.GroupKind(), namespace: i.Namespace, name: i.Name}.String()
}

// substituteAnnotation keeps a Kustomization with postBuild from reading expressions as its own variables.
const substituteAnnotation = "kustomize.toolkit.fluxcd.io/substitute"

// object is one object of a result without what it needs.
func object(o render.Object) (decision.Object, error) {
	id := identify(o.Value)
	value := o.Value
	if id.kind == (schema.GroupKind{Group: "kro.run", Kind: "ResourceGraphDefinition"}) {
		value = unsubstituted(value)
	}
	raw, err := json.Marshal(value)
	if err == nil {
		raw, err = decision.Canonical(raw)
	}
	if err != nil {
		return decision.Object{}, fmt.Errorf("write %s: %w", id, err)
	}
	return decision.Object{
		ID: id.String(), Version: id.version, Node: o.Address, Level: int32(o.Level), //nolint:gosec // graphs are not that deep
		Manifest: raw, Digest: decision.Digest(raw),
	}, nil
}

func unsubstituted(value map[string]any) map[string]any {
	out := maps.Clone(value)
	metadata, _ := value["metadata"].(map[string]any)
	metadata = maps.Clone(metadata)
	annotations, _ := metadata["annotations"].(map[string]any)
	annotations = maps.Clone(annotations)
	if annotations == nil {
		annotations = map[string]any{}
	}
	if _, said := annotations[substituteAnnotation]; !said {
		annotations[substituteAnnotation] = "disabled"
	}
	metadata["annotations"] = annotations
	out["metadata"] = metadata
	return out
}

// pass takes RGDs and instances as they are. Nothing is observed, so that nothing has an order.
func (r *Rendering) pass(result *render.Result) error {
	for _, o := range result.Objects {
		d, err := object(o)
		if err != nil {
			return err
		}
		d.Node = ""
		r.Objects = append(r.Objects, d)
	}
	return nil
}

// read takes the objects and the held nodes of a result.
func (r *Rendering) read(program *render.Program, result *render.Result) error {
	s := newScopes(program, result)
	gates := map[string]bool{}
	for _, o := range r.Observations {
		for _, n := range o.Spec.Nodes {
			gates[ID(n)] = len(n.ReadyWhen) > 0 || n.Readiness == v1alpha1.Status
		}
	}
	for _, o := range result.Objects {
		d, err := object(o)
		if err != nil {
			return err
		}
		if o.Instance >= 0 {
			d.Instance = result.Instances[o.Instance].ID()
			d.Gates = gates[d.ID]
			d.Needs = s.needs(o)
		}
		r.Objects = append(r.Objects, d)
	}
	for i, instance := range result.Instances {
		for _, h := range instance.Held {
			r.hold(s, i, instance.ID(), h)
		}
	}
	return nil
}

// hold notes a held node.
func (r *Rendering) hold(s *scopes, at int, instance string, h eval.Held) {
	node := decision.HeldNode{Instance: instance, Node: h.Address, ID: s.held[place{at, h.Address}]}
	for _, w := range h.Paths {
		node.Paths = append(node.Paths, w.Path)
		if s.secret(at, h.Address, w.Path) {
			r.Secrets = append(r.Secrets, instance+"/"+h.Address)
		}
	}
	if len(node.Paths) == 0 {
		node.Paths = slices.Clone(h.After)
	}
	slices.Sort(node.Paths)
	node.Paths = slices.Compact(node.Paths)
	r.Secrets = slices.Compact(r.Secrets)
	r.Held = append(r.Held, node)
}

// place is an address in an instance of a result.
type place struct {
	instance int
	address  string
}

// scopes finds nodes. A scope is the address of the nested instance whose nodes are meant, or "".
type scopes struct {
	graphs map[place]*graph.Graph
	// objects are the IDs of the objects of a node, by its address without the position of its own item.
	objects map[place][]string
	held    map[place]string
}

func newScopes(program *render.Program, result *render.Result) *scopes {
	s := &scopes{graphs: map[place]*graph.Graph{}, objects: map[place][]string{}, held: map[place]string{}}
	for _, ask := range program.Asks(result) {
		s.graphs[place{ask.Instance, ask.Address}] = ask.Graph
		for _, n := range ask.Nodes {
			at := place{ask.Instance, join(ask.Address, n.Base.ID)}
			apiVersion, kind := n.Base.GVK.ToAPIVersionAndKind()
			id := ID(v1alpha1.ObservedNode{APIVersion: apiVersion, Kind: kind, Namespace: n.Namespace, Name: n.Name})
			switch {
			case id == "":
			case n.External():
				s.objects[at] = append(s.objects[at], id)
			case n.Held && n.Item < 0:
				s.held[at] = id
			}
		}
	}
	for _, o := range result.Objects {
		if o.Instance < 0 || o.Base == nil {
			continue
		}
		// What depends on a nested instance depends on all that it is made of, also where the instance itself is not put out.
		for address := o.Address; address != ""; address = above(address) {
			at := place{o.Instance, join(above(address), bare(address))}
			s.objects[at] = append(s.objects[at], identify(o.Value).String())
		}
	}
	return s
}

// needs are the IDs that an object depends on: those of the nodes that its own node refers to, and that the nodes which it is
// part of refer to.
func (s *scopes) needs(o render.Object) []string {
	if o.Base == nil {
		return nil
	}
	var all []string
	own := identify(o.Value).String()
	for address := o.Address; address != ""; address = above(address) {
		g := s.graphs[place{o.Instance, above(address)}]
		if g == nil {
			continue
		}
		i, ok := g.Index(bare(address))
		if !ok {
			continue
		}
		for _, dep := range g.Nodes[i].Base().Dependencies {
			at := place{o.Instance, join(above(address), g.Nodes[dep].Base().ID)}
			all = append(all, s.objects[at]...)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == own })
}

// secret says that a path reads a Secret.
func (s *scopes) secret(instance int, address, path string) bool {
	g := s.graphs[place{instance, above(address)}]
	if g == nil {
		return false
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	i, ok := g.Index(path[:end])
	return ok && known.IsSecret(g.Nodes[i].Base().GVK.GroupKind())
}

func join(scope, node string) string {
	if scope == "" {
		return node
	}
	return scope + "/" + node
}

// above is the scope of an address.
func above(address string) string { return address[:max(strings.LastIndexByte(address, '/'), 0)] }

// bare is the id of the node of an address.
func bare(address string) string {
	address = address[strings.LastIndexByte(address, '/')+1:]
	if end := strings.IndexByte(address, '['); end >= 0 {
		return address[:end]
	}
	return address
}
