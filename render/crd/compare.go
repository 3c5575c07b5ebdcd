package crd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// Compare is what an update from one CRD to another changes, with kro's verdict on
// what breaks (docs/compat/kro.md#crd-update). It fails, as kro does, for CRDs that
// have not exactly one version with a schema.
func Compare(old, updated *apiextensionsv1.CustomResourceDefinition) (Report, error) {
	var r Report
	was, err := onlyVersion(old)
	if err != nil {
		return r, fmt.Errorf("compare the old CRD: %w", err)
	}
	is, err := onlyVersion(updated)
	if err != nil {
		return r, fmt.Errorf("compare the new CRD: %w", err)
	}
	r.Names = !equality.Semantic.DeepEqual(old.Spec.Names, updated.Spec.Names)
	if was.Name != is.Name {
		r.breaks(Change{Path: pathVersion, Aspect: AspectVersion, Effect: Changed, Old: was.Name, New: is.Name})
		return r, nil
	}
	if was.Schema == nil || was.Schema.OpenAPIV3Schema == nil || is.Schema == nil || is.Schema.OpenAPIV3Schema == nil {
		return r, fmt.Errorf("compare version %s: %w", is.Name, errNoSchema)
	}
	r.compare("", was.Schema.OpenAPIV3Schema, is.Schema.OpenAPIV3Schema)
	if was.Served && !is.Served {
		r.breaks(Change{Path: pathServed, Aspect: AspectServed, Effect: Changed, Old: "true", New: "false"})
	}
	if hasStatus(was) && !hasStatus(is) {
		r.breaks(Change{Path: pathStatus, Aspect: AspectStatus, Effect: Removed})
	}
	if !equality.Semantic.DeepEqual(was.AdditionalPrinterColumns, is.AdditionalPrinterColumns) {
		r.harmless(Change{Path: pathColumns, Aspect: AspectColumns, Effect: Changed})
	}
	if !maps.Equal(old.Labels, updated.Labels) {
		r.unseen(Change{Path: pathLabels, Aspect: AspectLabels, Effect: Changed})
	}
	if !maps.Equal(old.Annotations, updated.Annotations) {
		r.unseen(Change{Path: pathAnnotations, Aspect: AspectAnnotation, Effect: Changed})
	}
	r.sort()
	return r, nil
}

var errNoSchema = errors.New("there is no schema")

// onlyVersion is the one version of a CRD that kro has made.
func onlyVersion(c *apiextensionsv1.CustomResourceDefinition) (apiextensionsv1.CustomResourceDefinitionVersion, error) {
	if n := len(c.Spec.Versions); n != 1 {
		return apiextensionsv1.CustomResourceDefinitionVersion{}, fmt.Errorf("%s has %d versions instead of one", c.Name, n)
	}
	return c.Spec.Versions[0], nil
}

func hasStatus(v apiextensionsv1.CustomResourceDefinitionVersion) bool {
	return v.Subresources != nil && v.Subresources.Status != nil
}

func (r *Report) breaks(c Change)   { r.Breaking = append(r.Breaking, c) }
func (r *Report) harmless(c Change) { r.Harmless = append(r.Harmless, c) }
func (r *Report) unseen(c Change)   { r.Unseen = append(r.Unseen, c) }

type props = apiextensionsv1.JSONSchemaProps

// compare compares two schemas at one place. Behind a change of type nothing else counts.
func (r *Report) compare(path string, was, is *props) {
	if was.Description != is.Description {
		r.harmless(Change{path, AspectDescription, Changed, was.Description, is.Description})
	}
	if !sameDefault(was.Default, is.Default) {
		r.harmless(Change{path, AspectDefault, Changed, defaultText(was), defaultText(is)})
	}
	if was.Type != is.Type {
		r.breaks(Change{path, AspectType, Changed, was.Type, is.Type})
		return
	}
	r.pattern(path, was.Pattern, is.Pattern)
	r.limits(path, was, is)
	r.properties(path, was, is)
	r.required(path, was, is)
	r.enum(path, was.Enum, is.Enum)
	r.items(path, was, is)
	r.rest(path, was, is)
}

func sameDefault(a, b *apiextensionsv1.JSON) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.Raw, b.Raw)
}

// defaultText is a schema's default, or "".
func defaultText(s *props) string {
	if s.Default == nil {
		return ""
	}
	return string(s.Default.Raw)
}

func (r *Report) pattern(path, was, is string) {
	switch {
	case was == is:
	case was == "":
		r.breaks(Change{path, AspectPattern, Added, "", is})
	case is == "":
		r.harmless(Change{path, AspectPattern, Removed, was, ""})
	default:
		r.breaks(Change{path, AspectPattern, Changed, was, is})
	}
}

// limits compares all lower and upper limits.
func (r *Report) limits(path string, was, is *props) {
	limit(r, Change{Path: path, Aspect: AspectMinimum}, was.Minimum, is.Minimum)
	limit(r, Change{Path: path, Aspect: AspectMaximum}, was.Maximum, is.Maximum)
	limit(r, Change{Path: path, Aspect: AspectMinLength}, was.MinLength, is.MinLength)
	limit(r, Change{Path: path, Aspect: AspectMaxLength}, was.MaxLength, is.MaxLength)
	limit(r, Change{Path: path, Aspect: AspectMinItems}, was.MinItems, is.MinItems)
	limit(r, Change{Path: path, Aspect: AspectMaxItems}, was.MaxItems, is.MaxItems)
}

// limit compares one limit: a new or a tighter one breaks.
func limit[T int64 | float64](r *Report, c Change, was, is *T) {
	if was == nil && is == nil || was != nil && is != nil && *was == *is {
		return
	}
	c.Old, c.New = number(was), number(is)
	lower := c.Aspect == AspectMinimum || c.Aspect == AspectMinLength || c.Aspect == AspectMinItems
	switch {
	case was == nil:
		c.Effect = Added
	case is == nil:
		c.Effect = Removed
	case *is > *was:
		c.Effect = Raised
	default:
		c.Effect = Lowered
	}
	if c.Effect == Added || (c.Effect == Raised && lower) || (c.Effect == Lowered && !lower) {
		r.breaks(c)
		return
	}
	r.harmless(c)
}

// number is the text of a number, or "".
func number[T int64 | float64](n *T) string {
	if n == nil {
		return ""
	}
	switch n := any(*n).(type) {
	case int64:
		return strconv.FormatInt(n, 10)
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return ""
}

// properties compares the fields of two objects.
func (r *Report) properties(path string, was, is *props) {
	for name, before := range was.Properties {
		at := path + ".properties[" + name + "]"
		after, kept := is.Properties[name]
		if !kept {
			r.breaks(Change{Path: at, Aspect: AspectProperty, Effect: Removed})
			continue
		}
		r.compare(at, &before, &after)
	}
	for name, after := range is.Properties {
		if _, existed := was.Properties[name]; existed {
			continue
		}
		c := Change{Path: path + ".properties[" + name + "]", Aspect: AspectProperty, Effect: Added}
		if slices.Contains(is.Required, name) && defaultText(&after) == "" {
			c.New = "required"
			r.breaks(c)
			continue
		}
		r.harmless(c)
	}
}

// required compares which of the fields that were there before are required.
func (r *Report) required(path string, was, is *props) {
	before, after := set(was.Required), set(is.Required)
	for name := range after {
		old, existed := was.Properties[name]
		switch updated := is.Properties[name]; {
		case !existed:
		case !before[name]:
			r.breaks(Change{path, AspectRequired, Added, "", name})
		case defaultText(&old) != "" && defaultText(&updated) == "":
			r.breaks(Change{path, AspectRequiredDefault, Removed, name, ""})
		}
	}
	for name := range before {
		if !after[name] {
			r.harmless(Change{path, AspectRequired, Removed, name, ""})
		}
	}
}

func set(names []string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, n := range names {
		s[n] = true
	}
	return s
}

// enum compares allowed values. Kro does not see that an enum begins or ends.
func (r *Report) enum(path string, was, is []apiextensionsv1.JSON) {
	before, after := set(values(was)), set(values(is))
	if len(was) == 0 || len(is) == 0 {
		if len(was) != len(is) {
			r.unseen(Change{path, AspectEnum, Changed, list(was), list(is)})
		}
		return
	}
	for v := range before {
		if !after[v] {
			r.breaks(Change{path, AspectEnum, Removed, v, ""})
		}
	}
	for v := range after {
		if !before[v] {
			r.harmless(Change{path, AspectEnum, Added, "", v})
		}
	}
}

func values(enum []apiextensionsv1.JSON) []string {
	var vs []string
	for _, v := range enum {
		vs = append(vs, string(v.Raw))
	}
	return vs
}

// items compares the elements of two lists.
func (r *Report) items(path string, was, is *props) {
	if was.Type != "array" {
		return
	}
	hadItems, hasItems := was.Items != nil && was.Items.Schema != nil, is.Items != nil && is.Items.Schema != nil
	switch {
	case hadItems && hasItems:
		r.compare(path+".items", was.Items.Schema, is.Items.Schema)
	case hadItems:
		r.breaks(Change{Path: path + ".items", Aspect: AspectProperty, Effect: Removed})
	case hasItems:
		r.harmless(Change{Path: path + ".items", Aspect: AspectProperty, Effect: Added})
	}
}

// rest compares what kro does not look at.
func (r *Report) rest(path string, was, is *props) {
	for _, c := range []struct {
		aspect   Aspect
		old, new any
	}{
		{AspectValues, was.AdditionalProperties, is.AdditionalProperties},
		{AspectRules, was.XValidations, is.XValidations},
		{AspectListType, was.XListType, is.XListType},
		{AspectListKeys, was.XListMapKeys, is.XListMapKeys},
		{AspectAnyFields, was.XPreserveUnknownFields, is.XPreserveUnknownFields},
		{AspectFormat, was.Format, is.Format},
		{AspectNullable, was.Nullable, is.Nullable},
	} {
		if before, after := text(c.old), text(c.new); before != after {
			r.unseen(Change{path, c.aspect, Changed, before, after})
		}
	}
}

// text is a value as JSON, or "" for one that is null or cannot be written.
func text(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil || b.String() == "null\n" {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// list is an enum as JSON.
func list(enum []apiextensionsv1.JSON) string {
	if len(enum) == 0 {
		return ""
	}
	return text(enum)
}
