package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// FromDocument are the kinds of one OpenAPI v3 document of an API server, sorted. The path
// is the document's key in the server's index, "api/v1" or "apis/apps/v1"; other
// documents have no kinds. Namespaced and Plural come from the URLs in the document. A kind
// whose schema refers to something that is missing is left out, and the error
// says so; the other kinds are answered all the same.
func FromDocument(path string, data []byte, origin string) ([]Kind, error) {
	gv, ok := documentVersion(path)
	if !ok {
		return nil, nil
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("read OpenAPI document %s: %w", path, err)
	}
	r := newResolver(d.Components.Schemas, maxNodes)
	var kinds []Kind
	var errs []error
	for _, res := range d.resources(path, gv) {
		s, err := r.kind(res.component)
		if err != nil {
			errs = append(errs, fmt.Errorf("read OpenAPI document %s: %s: %w", path, res.gvk.Kind, err))
			continue
		}
		kinds = append(kinds, Kind{GVK: res.gvk, Schema: s, Namespaced: res.namespaced, Plural: res.plural, Origin: origin})
	}
	return kinds, errors.Join(errs...)
}

// document is what we read of an OpenAPI v3 document.
type document struct {
	Components struct {
		Schemas map[string]*component `json:"schemas"`
	} `json:"components"`
	Paths map[string]pathItem `json:"paths"`
}

// component is a named schema and the kinds that it is the schema of.
type component struct {
	apiextensionsv1.JSONSchemaProps `json:",inline"`

	Kinds []documentKind `json:"x-kubernetes-group-version-kind,omitempty"`
}

type documentKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

func (k documentKind) gvk() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind}
}

// pathItem is a URL and what can be done there.
type pathItem struct {
	Get    *operation `json:"get"`
	Post   *operation `json:"post"`
	Put    *operation `json:"put"`
	Patch  *operation `json:"patch"`
	Delete *operation `json:"delete"`
}

type operation struct {
	Kind *documentKind `json:"x-kubernetes-group-version-kind"`
}

// kind is the kind of the objects at a URL, if it is one of the version.
func (p pathItem) kind(gv schema.GroupVersion) (schema.GroupVersionKind, bool) {
	for _, op := range []*operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
		if op != nil && op.Kind != nil && op.Kind.gvk().GroupVersion() == gv {
			return op.Kind.gvk(), true
		}
	}
	return schema.GroupVersionKind{}, false
}

// resource is a kind with URLs of its own.
type resource struct {
	gvk        schema.GroupVersionKind
	plural     string
	namespaced bool
	component  string
}

// resources are the kinds of a document that have both URLs and a schema, sorted.
func (d *document) resources(path string, gv schema.GroupVersion) []resource {
	components := d.kinds()
	found := map[schema.GroupVersionKind]resource{}
	for _, url := range slices.Sorted(maps.Keys(d.Paths)) {
		plural, namespaced, ok := parseURL(url, path)
		if !ok {
			continue
		}
		gvk, ok := d.Paths[url].kind(gv)
		if !ok {
			continue
		}
		component, ok := components[gvk]
		if !ok {
			continue
		}
		res, seen := found[gvk]
		if !seen {
			res = resource{gvk: gvk, plural: plural, component: component}
		}
		// A namespaced kind also has a URL over all namespaces.
		res.namespaced = res.namespaced || (namespaced && res.plural == plural)
		found[gvk] = res
	}
	return slices.SortedFunc(maps.Values(found), func(a, b resource) int { return compareGVK(a.gvk, b.gvk) })
}

// kinds are the components that describe kinds; of several for one kind the first by name counts.
func (d *document) kinds() map[schema.GroupVersionKind]string {
	all := map[schema.GroupVersionKind]string{}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(d.Components.Schemas))) {
		if c := d.Components.Schemas[name]; c != nil {
			for _, k := range c.Kinds {
				all[k.gvk()] = name
			}
		}
	}
	return all
}

// parseURL takes the URL of a collection or of one object apart. URLs of
// subresources and of watches are not ok.
func parseURL(url, path string) (plural string, namespaced, ok bool) {
	rest, ok := strings.CutPrefix(url, "/"+path+"/")
	if !ok {
		return "", false, false
	}
	if in, cut := strings.CutPrefix(rest, "namespaces/{namespace}/"); cut {
		rest, namespaced = in, true
	}
	plural, name, single := strings.Cut(rest, "/")
	ok = plural != "" && (!single || name == "{name}")
	return plural, namespaced, ok
}

// documentVersion is the group and version of a document's path.
func documentVersion(path string) (schema.GroupVersion, bool) {
	switch parts := strings.Split(path, "/"); {
	case len(parts) == 2 && parts[0] == "api":
		return schema.GroupVersion{Version: parts[1]}, true
	case len(parts) == 3 && parts[0] == "apis":
		return schema.GroupVersion{Group: parts[1], Version: parts[2]}, true
	}
	return schema.GroupVersion{}, false
}

// documentPath is the path of the document of a group and version.
func documentPath(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "api/" + gv.Version
	}
	return "apis/" + gv.Group + "/" + gv.Version
}
