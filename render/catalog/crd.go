package catalog

import (
	"fmt"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

const (
	crdGroup = "apiextensions.k8s.io"
	crdKind  = "CustomResourceDefinition"
)

// IsCRD reports that a document says to be a CustomResourceDefinition, of any version.
func IsCRD(doc *source.Node) bool {
	return doc.Get("kind").Str() == crdKind && strings.HasPrefix(doc.Get("apiVersion").Str(), crdGroup+"/")
}

// FromCRD are the kinds of a CRD, one for each version that is served, with schemas as
// an API server publishes them. The kinds share no memory with the CRD.
func FromCRD(crd *apiextensionsv1.CustomResourceDefinition, origin string) []Kind {
	p := newPublisher()
	var kinds []Kind
	for i := range crd.Spec.Versions {
		v := &crd.Spec.Versions[i]
		if !v.Served {
			continue
		}
		var s *Schema
		if v.Schema != nil {
			s = FromJSONSchemaProps(v.Schema.OpenAPIV3Schema)
		}
		kinds = append(kinds, Kind{
			GVK:        schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind},
			Schema:     p.publish(s),
			Namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped,
			Plural:     crd.Spec.Names.Plural,
			Origin:     origin,
		})
	}
	return kinds
}

// ReadCRD are the kinds of a CRD in a file, one for each version that is served, with
// schemas as an API server publishes them. The problems are those because of which
// a kind cannot be known, or not in full; ReadCRD is not the API server's validation.
// A CRD that does not say what it defines has no kinds.
func ReadCRD(doc *source.Node) ([]Kind, diag.List) {
	r := &crdReader{publisher: newPublisher()}
	if v := doc.Get("apiVersion"); v.Str() != crdGroup+"/v1" {
		r.diags.Errorf(diag.InputCRD, spanOf(v, doc), "a %s of %q cannot be read", crdKind, v.Str()).
			WithHint("API servers take %s/v1 only", crdGroup)
		return nil, r.diags
	}
	spec := r.field(doc, "spec", source.Map)
	names := r.field(spec, "names", source.Map)
	base := Kind{
		GVK:        schema.GroupVersionKind{Group: r.text(spec, "group"), Kind: r.text(names, "kind")},
		Plural:     r.text(names, "plural"),
		Namespaced: r.scope(spec) == string(apiextensionsv1.NamespaceScoped),
		Origin:     origin(doc),
	}
	versions := r.field(spec, "versions", source.List)
	if versions == nil || r.diags.HasErrors() {
		return nil, r.diags
	}
	var kinds []Kind
	for _, v := range versions.Items() {
		if kind, ok := r.version(base, v); ok {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 && !r.diags.HasErrors() {
		r.diags.Warnf(diag.InputCRDServed, versions.Span(), "no version of %s is served", base.GVK.Kind).
			WithHint("set served: true")
	}
	return kinds, r.diags
}

// crdReader reads a CRD and collects the problems.
type crdReader struct {
	publisher publisher
	diags     diag.List
}

func (r *crdReader) version(base Kind, v *source.Node) (Kind, bool) {
	base.GVK.Version = r.text(v, "name")
	served := r.field(v, "served", source.Bool)
	if base.GVK.Version == "" || served == nil || !isTrue(served) {
		return Kind{}, false
	}
	props := r.field(r.field(v, "schema", source.Map), "openAPIV3Schema", source.Map)
	base.Schema = r.publisher.publish(r.schema(props))
	return base, true
}

// scope is the text of spec.scope, which has two possible values.
func (r *crdReader) scope(spec *source.Node) string {
	scope := r.field(spec, "scope", source.String)
	known := []string{string(apiextensionsv1.NamespaceScoped), string(apiextensionsv1.ClusterScoped)}
	if scope == nil || slices.Contains(known, scope.Str()) {
		return scope.Str()
	}
	r.diags.Errorf(diag.InputCRD, scope.Span(), "scope is %q", scope.Str()).
		WithHint("it is %s", strings.Join(known, " or "))
	return ""
}

// field is a required field of a map. Nothing is said about what is missing in a parent that is itself missing.
func (r *crdReader) field(parent *source.Node, key string, kind source.Kind) *source.Node {
	if parent == nil || parent.Kind() != source.Map {
		return nil
	}
	n := parent.Get(key)
	if n == nil || n.Kind() == source.Null {
		r.diags.Errorf(diag.InputCRD, spanOf(n, parent), "%s is missing", key)
		return nil
	}
	return r.as(n, key, kind)
}

// as is a node if it is of a kind.
func (r *crdReader) as(n *source.Node, key string, kind source.Kind) *source.Node {
	if n.Kind() != kind {
		r.diags.Errorf(diag.InputCRD, n.Span(), "%s is of type %s, not %s", key, n.Kind(), kind)
		return nil
	}
	return n
}

func (r *crdReader) text(parent *source.Node, key string) string {
	n := r.field(parent, key, source.String)
	if n != nil && n.Str() == "" {
		r.diags.Errorf(diag.InputCRD, n.Span(), "%s is empty", key)
	}
	return n.Str()
}

func isTrue(n *source.Node) bool {
	is, _ := n.JSON().(bool)
	return is
}

// spanOf is the place of a node, or of its parent when there is none.
func spanOf(n, parent *source.Node) source.Span {
	if n == nil {
		n = parent
	}
	return n.Span()
}

func origin(doc *source.Node) string {
	span := doc.Span()
	if line := span.Start().Line; line > 0 {
		return fmt.Sprintf("%s:%d", span.Path(), line)
	}
	return span.Path()
}
