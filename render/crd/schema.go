package crd

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/guard"
	"github.com/krowave/krowave/render/lazyregexp"
)

// schema checks the schema of one version.
func (r *report) schema(s *apiextensionsv1.JSONSchemaProps, path string) {
	internal, err := Stored(s)
	if err != nil {
		r.errorf(diag.SchemaNotJSON, path, "the schema cannot be written as JSON: %s", err)
		return
	}
	structural, err := structuralschema.NewStructural(internal)
	if err != nil {
		r.errorf(diag.CRDStructure, path, "the schema is not structural: %s", err)
		return
	}
	before := len(r.diags)
	at := rooted(path)
	for _, e := range structuralschema.ValidateStructural(at, structural) {
		r.errorf(diag.CRDStructure, e.Field, "the schema of %s is not structural: %s", fieldName(e.Field), e.ErrorBody())
	}
	if len(r.diags) > before {
		return
	}
	r.defaults(structural, at)
	w := walker{report: r}
	w.walk(structural, node{path: path, count: new(uint64(1)), root: true})
	w.total()
	// The API server also makes a validator of the schema. That fails for references alone, which no structural schema has.
}

// rooted is a path whose text is given.
func rooted(path string) *field.Path {
	first, rest, found := strings.Cut(path, ".")
	if !found {
		return field.NewPath(first)
	}
	return field.NewPath(first, rest)
}

// endless reports defaults for which a rule cannot be evaluated in any time.
func (r *report) endless(s *structuralschema.Structural, at *field.Path) bool {
	if s == nil {
		return false
	}
	found := false
	if s.Default.Object != nil {
		if err := refusedBy(s.Default.Object, s); err != nil {
			r.errorf(diag.CRDDefault, at.Child("default").String(), "the default of %s cannot be held against a rule: %s", fieldName(at.String()), err)
			found = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		found = r.endless(&property, at.Child("properties").Key(name)) || found
	}
	return r.endless(s.Items, at.Child("items")) || found
}

// hasRules reports that some part of a schema has a rule.
func hasRules(s structuralschema.Structural) bool {
	if len(s.XValidations) > 0 || s.Items != nil && hasRules(*s.Items) ||
		s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil && hasRules(*s.AdditionalProperties.Structural) {
		return true
	}
	for _, property := range s.Properties {
		if hasRules(property) {
			return true
		}
	}
	return false
}

// refusedBy is why a rule of a schema cannot be evaluated for a value, or nil.
func refusedBy(v any, s *structuralschema.Structural) error {
	if s == nil {
		return nil
	}
	for _, rule := range s.XValidations {
		if err := guard.NewRule(s, rule, false).Refusal(v, v); err != nil {
			return err
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			inner, ok := s.Properties[key]
			if !ok && s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
				inner = *s.AdditionalProperties.Structural
			}
			if err := refusedBy(v[key], &inner); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := refusedBy(item, s.Items); err != nil {
				return err
			}
		}
	}
	return nil
}

// defaults checks every default against its own schema, its rules included.
func (r *report) defaults(s *structuralschema.Structural, at *field.Path) {
	if hasRules(*s) && r.endless(s, at) {
		return
	}
	errs, err := defaulting.ValidateDefaults(context.Background(), at, s, true, true)
	if err != nil {
		r.errorf(diag.CRDDefault, at.String(), "the defaults cannot be checked: %s", err)
	}
	slices.SortStableFunc(errs, func(a, b *field.Error) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Error(), b.Error()))
	})
	for _, e := range errs {
		if strings.HasPrefix(e.Detail, "rule compile error") {
			continue // Reported with the rule itself.
		}
		r.errorf(diag.CRDDefault, e.Field, "the default of %s is refused: %s", fieldName(e.Field), refusal(e))
	}
}

// inBody is how the validator names the part of a default that it complains of.
var inBody = lazyregexp.New(`^\.?(\S*) in body (.*)$`)

// refusal is the text of a problem without what is clear from its place.
func refusal(e *field.Error) string {
	if m := inBody().FindStringSubmatch(e.Detail); m != nil {
		return strings.TrimSpace(m[1] + " " + m[2])
	}
	_, inside, _ := strings.Cut(e.Field, ".default.")
	switch {
	case e.Type == field.ErrorTypeRequired:
		return strings.TrimSpace(inside + " is required")
	case e.Type == field.ErrorTypeNotSupported:
		return fmt.Sprintf("%q is none of the %s", fmt.Sprint(e.BadValue), e.Detail)
	case e.Type == field.ErrorTypeInvalid && e.Detail == "validation failed":
		return "a validation rule of its own fails"
	case e.Type == field.ErrorTypeInvalid && e.Detail != "":
		return e.Detail
	}
	return e.ErrorBody()
}
