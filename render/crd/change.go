package crd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Aspect is what a [Change] is about.
type Aspect string

// The aspects that kro compares, and below those that it does not.
const (
	AspectProperty        Aspect = "property"
	AspectType            Aspect = "type"
	AspectRequired        Aspect = "required"
	AspectRequiredDefault Aspect = "requiredDefault" // the default of a required field
	AspectDefault         Aspect = "default"
	AspectDescription     Aspect = "description"
	AspectEnum            Aspect = "enum"
	AspectPattern         Aspect = "pattern"
	AspectMinimum         Aspect = "minimum"
	AspectMaximum         Aspect = "maximum"
	AspectMinLength       Aspect = "minLength"
	AspectMaxLength       Aspect = "maxLength"
	AspectMinItems        Aspect = "minItems"
	AspectMaxItems        Aspect = "maxItems"
	AspectVersion         Aspect = "version"
	AspectServed          Aspect = "served"
	AspectStatus          Aspect = "status" // the status subresource
	AspectColumns         Aspect = "additionalPrinterColumns"

	AspectValues     Aspect = "additionalProperties"
	AspectRules      Aspect = "x-kubernetes-validations"
	AspectListType   Aspect = "x-kubernetes-list-type"
	AspectListKeys   Aspect = "x-kubernetes-list-map-keys"
	AspectAnyFields  Aspect = "x-kubernetes-preserve-unknown-fields"
	AspectFormat     Aspect = "format"
	AspectNullable   Aspect = "nullable"
	AspectLabels     Aspect = "labels"
	AspectAnnotation Aspect = "annotations"
)

// Effect is what happened to an [Aspect].
type Effect string

// The effects.
const (
	Added   Effect = "added"
	Removed Effect = "removed"
	Changed Effect = "changed"
	Raised  Effect = "raised"
	Lowered Effect = "lowered"
)

// The paths of what is not in the schema.
const (
	pathVersion     = "version"
	pathServed      = "version.served"
	pathStatus      = "version.subresources.status"
	pathColumns     = "version.additionalPrinterColumns"
	pathLabels      = "metadata.labels"
	pathAnnotations = "metadata.annotations"
)

// Change is one difference between two CRDs.
type Change struct {
	// Path is the place in the schema in the way of the API server, such as
	// .properties[spec].properties[size], or a path of the CRD without a leading dot.
	Path   string
	Aspect Aspect
	Effect Effect
	// Old and New are texts: a type, a number, JSON, or the name of a required field.
	// They are "" where there is nothing to show.
	Old, New string
}

// Field is the changed field in the words of somebody who writes instances, such as spec.list[].name.
func (c Change) Field() string { return fieldName("openAPIV3Schema" + c.Path) }

// String describes the change in one line.
func (c Change) String() string {
	if text := c.fieldText(); text != "" {
		return text
	}
	if text := c.versionText(); text != "" {
		return text
	}
	values := ""
	if c.Old != "" && c.New != "" {
		values = fmt.Sprintf(" from %s to %s", cut(c.Old), cut(c.New))
	} else if c.Old != "" || c.New != "" {
		values = ": " + cut(c.Old+c.New)
	}
	return fmt.Sprintf("%s of %s is %s%s", c.Aspect, c.Field(), c.Effect, values)
}

// fieldText describes a change of which fields there are or must be, or answers "".
func (c Change) fieldText() string {
	field := c.Field()
	switch {
	case c.Aspect == AspectProperty && c.Effect == Removed:
		return fmt.Sprintf("the field %s is removed", field)
	case c.Aspect == AspectProperty && c.New != "":
		return fmt.Sprintf("the required field %s is new", field)
	case c.Aspect == AspectProperty:
		return fmt.Sprintf("the field %s is new", field)
	case c.Aspect == AspectRequired && c.Effect == Added:
		return fmt.Sprintf("%s is required now", under(field, c.New))
	case c.Aspect == AspectRequired:
		return fmt.Sprintf("%s is no longer required", under(field, c.Old))
	case c.Aspect == AspectRequiredDefault:
		return fmt.Sprintf("the required field %s has lost its default", under(field, c.Old))
	}
	return ""
}

// versionText describes a change outside the schema, or answers "".
func (c Change) versionText() string {
	if _, inSchema := strings.CutPrefix(c.Path, "."); inSchema || c.Path == "" {
		return ""
	}
	switch c.Path {
	case pathVersion:
		return fmt.Sprintf("the version is called %s instead of %s", c.New, c.Old)
	case pathServed:
		return "the version is no longer served"
	case pathStatus:
		return "the status subresource is removed"
	}
	return fmt.Sprintf("%s of the CRD are changed", c.Aspect)
}

// under is the name of a field of an object.
func under(object, field string) string {
	return strings.TrimPrefix(object+"."+field, ".")
}

// cut shortens a long text.
func cut(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// Report is what an update of a CRD changes, each list sorted by path.
type Report struct {
	// Breaking are changes that may make existing instances invalid, and for which kro
	// refuses the update unless the RGD carries kro.run/allow-breaking-changes.
	Breaking []Change
	// Harmless are the other changes that kro sees.
	Harmless []Change
	// Unseen are changes that kro does not look at. When there are no others,
	// and the names are the same, kro leaves the CRD in the cluster as it is.
	Unseen []Change
	// Names is set when the names of the kind differ, which makes kro update the CRD.
	Names bool
}

// Updates reports whether kro would write the new CRD, if the breaking changes are allowed.
func (r Report) Updates() bool { return len(r.Breaking) > 0 || len(r.Harmless) > 0 || r.Names }

// Summary names the first three breaking changes, as kro does when it refuses.
func (r Report) Summary() string {
	const most = 3
	if len(r.Breaking) == 0 {
		return "no breaking changes"
	}
	var texts []string
	for _, c := range r.Breaking[:min(most, len(r.Breaking))] {
		texts = append(texts, c.String())
	}
	if more := len(r.Breaking) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more changes", more))
	}
	return strings.Join(texts, "; ")
}

// sort puts every list into an order that depends on nothing else.
func (r *Report) sort() {
	for _, list := range [][]Change{r.Breaking, r.Harmless, r.Unseen} {
		slices.SortFunc(list, func(a, b Change) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Aspect, b.Aspect), cmp.Compare(a.Effect, b.Effect),
				strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New))
		})
	}
}
