package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

const (
	extensionKind = "x-kubernetes-group-version-kind"
	componentRef  = "#/components/schemas/"
)

// kind is what the oracle must know of a kind: where its objects live and what they look like.
type kind struct {
	gvk        schema.GroupVersionKind
	plural     string
	namespaced bool
	schema     *spec.Schema
}

// document is the part of an OpenAPI v3 document of one group version that is of use here.
type document struct {
	Components struct {
		Schemas map[string]*spec.Schema `json:"schemas"`
	} `json:"components"`
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

// find is the kind of a document, with all references of its schema replaced by what they
// refer to.
func (d *document) find(gvk schema.GroupVersionKind) (*kind, error) {
	ref, err := d.component(gvk)
	if err != nil {
		return nil, err
	}
	resolved, err := resolver.PopulateRefs(func(ref string) (*spec.Schema, bool) {
		s, ok := d.Components.Schemas[strings.TrimPrefix(ref, componentRef)]
		return s, ok
	}, ref)
	if err != nil {
		return nil, fmt.Errorf("resolving the schema of %s: %w", gvk, err)
	}
	found := &kind{gvk: gvk, schema: resolved}
	for path, operations := range d.Paths {
		plural, namespaced, ok := collectionPath(path)
		if !ok || !serves(operations, gvk) {
			continue
		}
		found.plural = plural
		found.namespaced = found.namespaced || namespaced
	}
	return found, nil
}

// component is the name of the schema of a kind.
func (d *document) component(gvk schema.GroupVersionKind) (string, error) {
	for name, s := range d.Components.Schemas {
		var of []schema.GroupVersionKind
		if err := s.Extensions.GetObject(extensionKind, &of); err != nil {
			return "", fmt.Errorf("reading the kinds of %s: %w", name, err)
		}
		if slices.Contains(of, gvk) {
			return name, nil
		}
	}
	return "", fmt.Errorf("cannot resolve group version kind %q: %w", gvk, resolver.ErrSchemaNotFound)
}

// collectionPath takes apart the path of a collection of objects, like
// /apis/apps/v1/namespaces/{namespace}/deployments. Paths of single objects and of
// subresources are no collections.
func collectionPath(path string) (plural string, namespaced, ok bool) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(segments) > 2 && segments[0] == "api":
		segments = segments[2:]
	case len(segments) > 3 && segments[0] == "apis":
		segments = segments[3:]
	default:
		return "", false, false
	}
	if len(segments) == 3 && segments[0] == "namespaces" && segments[1] == "{namespace}" {
		return segments[2], true, true
	}
	return segments[0], false, len(segments) == 1
}

func serves(operations map[string]json.RawMessage, gvk schema.GroupVersionKind) bool {
	for _, verb := range []string{"get", "post"} {
		var operation struct {
			Kind schema.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
		}
		raw, ok := operations[verb]
		if ok && json.Unmarshal(raw, &operation) == nil && operation.Kind == gvk {
			return true
		}
	}
	return false
}

// published are the kinds of a directory of OpenAPI v3 documents, each read when first asked for.
type published struct {
	dir string

	mu        sync.Mutex
	documents map[schema.GroupVersion]*document
	kinds     map[schema.GroupVersionKind]*kind
}

func newPublished(dir string) *published {
	return &published{
		dir:       dir,
		documents: map[schema.GroupVersion]*document{},
		kinds:     map[schema.GroupVersionKind]*kind{},
	}
}

func (p *published) lookup(gvk schema.GroupVersionKind) (*kind, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.kinds[gvk]; ok {
		return known, nil
	}
	d, err := p.document(gvk.GroupVersion())
	if err != nil {
		return nil, err
	}
	found, err := d.find(gvk)
	if err != nil {
		return nil, err
	}
	p.kinds[gvk] = found
	return found, nil
}

func (p *published) document(gv schema.GroupVersion) (*document, error) {
	if d, ok := p.documents[gv]; ok {
		return d, nil
	}
	name := "apis__" + gv.Group + "__" + gv.Version + "_openapi.json"
	if gv.Group == "" {
		name = "api__" + gv.Version + "_openapi.json"
	}
	if strings.ContainsAny(gv.String(), `\${}`) {
		return nil, fmt.Errorf("cannot resolve group version %q: %w", gv, resolver.ErrSchemaNotFound)
	}
	raw, err := os.ReadFile(filepath.Join(p.dir, name))
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("cannot resolve group version %q: %w", gv, resolver.ErrSchemaNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the schemas of %s: %w", gv, err)
	}
	d := &document{}
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("reading the schemas of %s: %w", gv, err)
	}
	p.documents[gv] = d
	return d, nil
}
