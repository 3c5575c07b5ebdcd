package rgd

import (
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Reserved reports whether kro or CEL keeps a word for itself, so that it can be
// neither an id nor an iterator (docs/compat/kro.md#reserved-words).
func Reserved(word string) bool {
	switch word {
	case "apiVersion", "context", "dependency", "dependencies", "each", "externalRef", "externalReference",
		"externalRefs", "externalReferences", "graph", "instance", "item", "items", "kind", "kro", "metadata",
		"namespace", "object", "resource", "resourcegraphdefinition", "resourceGraphDefinition", "resources",
		"root", "runtime", "schema", "self", "serviceAccountName", "spec", "status", "this", "variables",
		"vars", "version":
		return true
	case "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if",
		"import", "let", "loop", "package", "return", "var", "void", "while":
		return true
	}
	return false
}

// ids checks the ids of all resources.
func (r *reader) ids(resources []Resource) {
	first := map[string]*source.Node{}
	for _, res := range resources {
		if res.IDNode == nil {
			continue
		}
		if Reserved(res.ID) {
			r.diags.Errorf(diag.RGDReservedID, res.IDNode.Span(), "the id %q is a reserved word", res.ID)
			continue
		}
		if !isLowerCamel(res.ID) {
			d := r.diags.Errorf(diag.RGDInvalidID, res.IDNode.Span(), "the id %q must be lower camel case: letters and digits, starting with a lower case letter", res.ID)
			if fixed := lowerCamelOf(res.ID); isLowerCamel(fixed) && !Reserved(fixed) {
				d.WithHint("did you mean %q?", fixed)
			}
			continue
		}
		if at, dup := first[res.ID]; dup {
			r.diags.Errorf(diag.RGDDuplicateID, res.IDNode.Span(), "the id %q is used twice", res.ID).
				WithRelated(at.Span(), "first used here")
			continue
		}
		first[res.ID] = res.IDNode
	}
}

func lowerCamelOf(s string) string {
	camel := upperCamel(s)
	if camel == "" {
		return ""
	}
	return strings.ToLower(camel[:1]) + camel[1:]
}

// iterators checks the iterator names of all resources against each other and the ids.
func (r *reader) iterators(resources []Resource, maxDimensions int) {
	ids := make(map[string]bool, len(resources))
	for _, res := range resources {
		ids[res.ID] = true
	}
	for _, res := range resources {
		if n := len(res.ForEach); n > maxDimensions {
			r.diags.Errorf(diag.RGDDimensions, res.ForEach[maxDimensions].NameNode.Span(),
				"resource %q has %d forEach dimensions; at most %d are allowed", res.ID, n, maxDimensions)
		}
		seen := map[string]bool{}
		for _, it := range res.ForEach {
			problem := ""
			switch {
			case !isLowerCamel(it.Name):
				problem = "must be lower camel case"
			case Reserved(it.Name):
				problem = "is a reserved word"
			case ids[it.Name]:
				problem = "is the id of a resource"
			case seen[it.Name]:
				problem = "is used twice in this resource"
			}
			seen[it.Name] = true
			if problem != "" {
				d := r.diags.Errorf(diag.RGDIterator, it.NameNode.Span(), "the iterator name %q %s", it.Name, problem)
				if text := it.NameNode.Span().Text(); (it.Name == "true" || it.Name == "false") && text != it.Name {
					d.WithHint("YAML reads %s as %s: put it in quotes", text, it.Name)
				}
			}
		}
	}
}

// template checks the outer shape of a template.
func (r *reader) template(t *source.Node, id string) {
	for _, key := range []string{"apiVersion", "kind"} {
		n := t.Get(key)
		if n == nil {
			r.diags.Errorf(diag.RGDTemplate, t.Span(), "the template of %q has no %s", id, key)
			continue
		}
		if n.Kind() != source.String {
			r.diags.Errorf(diag.RGDTemplate, n.Span(), "%s must be a string, not %s", key, n.Kind())
			continue
		}
		if key == "kind" {
			r.kind(n)
		} else {
			r.groupVersion(n)
		}
	}
	switch metadata := t.Get("metadata"); {
	case metadata == nil:
		r.diags.Errorf(diag.RGDTemplate, t.Span(), "the template of %q has no metadata", id)
	case metadata.Kind() != source.Map:
		r.diags.Errorf(diag.RGDTemplate, metadata.Span(), "metadata must be an object, not %s", metadata.Kind())
	default:
		r.reservedKeys(metadata)
	}
}

// kind checks that a kind is a name and in particular not an expression.
func (r *reader) kind(n *source.Node) {
	if lower := strings.ToLower(n.Str()); len(lower) > 63 || !isLabel(lower) {
		d := r.diags.Errorf(diag.RGDTemplateKind, n.Span(), "%q is not the name of a kind", n.Str())
		if strings.Contains(n.Str(), "${") {
			d.WithHint("a kind cannot be an expression: its schema must be known beforehand")
		}
	}
}

// groupVersion checks that an apiVersion is group/version or a version, and not an expression.
func (r *reader) groupVersion(n *source.Node) {
	v := n.Str()
	if strings.Contains(v, "${") {
		r.diags.Errorf(diag.RGDTemplateKind, n.Span(), "apiVersion cannot be an expression: the schema of the kind must be known beforehand")
		return
	}
	if strings.Count(v, "/") > 1 || strings.TrimSpace(v) == "" {
		r.diags.Errorf(diag.RGDTemplateKind, n.Span(), "apiVersion %q is not of the form group/version", v)
	}
}

// reservedKeys refuses label and annotation keys that kro keeps for itself.
func (r *reader) reservedKeys(metadata *source.Node) {
	for _, field := range []string{"labels", "annotations"} {
		for _, f := range metadata.Get(field).Fields() {
			for _, prefix := range []string{"kro.run/", "internal.kro.run/"} {
				if strings.HasPrefix(f.Key, prefix) {
					r.diags.Errorf(diag.RGDReservedLabel, f.KeyAt.Span(), "%s with the prefix %q are reserved for kro", field, prefix)
				}
			}
		}
	}
}
