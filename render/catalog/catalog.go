package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"github.com/krowave/krowave/render/diag"
)

// Kind is what the catalogue knows of one group, version and kind.
type Kind struct {
	GVK    schema.GroupVersionKind
	Schema *Schema
	// Namespaced tells that objects live in a namespace; otherwise they are cluster scoped.
	Namespaced bool
	Plural     string // as in URLs and RBAC rules: "deployments"
	BuiltIn    bool   // part of Kubernetes itself
	// Origin says to people where the knowledge comes from: "Kubernetes 1.36" or a file.
	Origin string
}

// Catalog answers what a kind is. It is immutable and safe for concurrent
// use; the nil Catalog is empty.
type Catalog struct {
	layers []layer // a later one shadows those before it
}

// layer is one source of kinds, safe for concurrent use.
type layer interface {
	find(gvk schema.GroupVersionKind) (Kind, bool)
	gvks() []schema.GroupVersionKind
}

// table is the layer of kinds that were handed in one by one.
type table map[schema.GroupVersionKind]Kind

func (t table) find(gvk schema.GroupVersionKind) (Kind, bool) {
	kind, ok := t[gvk]
	return kind, ok
}

func (t table) gvks() []schema.GroupVersionKind {
	return slices.Collect(maps.Keys(t))
}

// With is a catalogue that also knows the given kinds. They shadow kinds of the
// same name; of two equal ones among them the last counts. The receiver stays
// as it is.
func (c *Catalog) With(kinds ...Kind) *Catalog {
	layers, top := c.stack(), table{}
	if n := len(layers); n > 0 {
		if t, ok := layers[n-1].(table); ok {
			layers, top = layers[:n-1], maps.Clone(t)
		}
	}
	for _, k := range kinds {
		top[k.GVK] = k
	}
	return &Catalog{layers: append(layers, top)}
}

// WithBundle is a catalogue that also knows the kinds of a bundle, which shadow
// kinds of the same name. The receiver stays as it is.
func (c *Catalog) WithBundle(b *Bundle) *Catalog {
	return &Catalog{layers: append(c.stack(), b)}
}

// stack is a copy of the layers that may be appended to.
func (c *Catalog) stack() []layer {
	if c == nil {
		return nil
	}
	return slices.Clone(c.layers)
}

// Lookup is what the catalogue knows of a kind.
func (c *Catalog) Lookup(gvk schema.GroupVersionKind) (Kind, bool) {
	if c == nil {
		return Kind{}, false
	}
	for _, l := range slices.Backward(c.layers) {
		if kind, ok := l.find(gvk); ok {
			return kind, true
		}
	}
	return Kind{}, false
}

// Kinds are the names of all kinds, sorted by group, version and kind. The
// caller owns the slice.
func (c *Catalog) Kinds() []schema.GroupVersionKind {
	if c == nil {
		return nil
	}
	var all []schema.GroupVersionKind
	for _, l := range c.layers {
		all = append(all, l.gvks()...)
	}
	slices.SortFunc(all, compareGVK)
	return slices.Compact(all)
}

// Versions are the versions in which a kind is known, the preferred one first:
// v2 before v1 before v1beta1, as API servers order them.
func (c *Catalog) Versions(gk schema.GroupKind) []string {
	var versions []string
	for _, gvk := range c.Kinds() {
		if gvk.GroupKind() == gk {
			versions = append(versions, gvk.Version)
		}
	}
	slices.SortFunc(versions, func(a, b string) int {
		return version.CompareKubeAwareVersionStrings(b, a)
	})
	return versions
}

// HasGroup reports that some kind of the group is known.
func (c *Catalog) HasGroup(group string) bool {
	return slices.ContainsFunc(c.Kinds(), func(gvk schema.GroupVersionKind) bool { return gvk.Group == group })
}

// Suggest is the kind that was most likely meant by one that is not known,
// written "apps/v1 Deployment", or "" when nothing is near. In this order: the same
// kind in another version, in another group, a similar kind in the same group. A
// group that may well be that of a CRD nobody gave is not corrected unless it is
// nearly spelt like a known one.
func (c *Catalog) Suggest(gvk schema.GroupVersionKind) string {
	var groups, similar []string
	inGroup := c.HasGroup(gvk.Group)
	for _, known := range c.Kinds() {
		switch {
		case known.Kind == gvk.Kind:
			groups = append(groups, known.Group)
		case known.Group == gvk.Group:
			similar = append(similar, known.Kind)
		}
	}
	meant := gvk.GroupKind()
	near := diag.Suggest(gvk.Group, groups)
	switch {
	case slices.Contains(groups, gvk.Group):
	case near != "":
		meant.Group = near
	case len(groups) > 0 && (inGroup || !strings.Contains(gvk.Group, ".")): // the group of a CRD has a dot
		meant.Group = groups[0]
	default:
		meant.Kind = diag.Suggest(gvk.Kind, similar)
	}
	versions := c.Versions(meant)
	if len(versions) == 0 {
		return ""
	}
	best := meant.WithVersion(versions[0])
	if slices.Contains(versions, gvk.Version) {
		best.Version = gvk.Version
	}
	return best.GroupVersion().String() + " " + best.Kind
}

func compareGVK(a, b schema.GroupVersionKind) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
}
