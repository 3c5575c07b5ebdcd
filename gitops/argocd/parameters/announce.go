package parameters

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/fieldpath"
)

// The types of items and of collections, as Argo CD names them.
const (
	itemString  = "string"
	itemNumber  = "number"
	itemBoolean = "boolean"

	collectionString = "string"
	collectionArray  = "array"
	collectionMap    = "map"
)

// The most that is announced, so that a schema of thousands of fields or levels does not fill the user interface.
const (
	maxAnnouncements = 1000
	maxLevels        = 10
)

// Announcements are the parameters of an application, for Argo CD's user interface: the fixed ones, and then the
// fields of each target with the values that they have without any parameter. The caller owns them.
func Announcements(targets []Target) []*plugin.ParameterAnnouncement {
	var p Parameters
	var all []*plugin.ParameterAnnouncement
	for _, f := range p.fixed() {
		a := &plugin.ParameterAnnouncement{Name: f.name, Title: f.title, Tooltip: plain(f.doc), ItemType: itemString, CollectionType: collectionString, String_: f.otherwise}
		switch f.into.(type) {
		case *bool:
			a.ItemType = itemBoolean
		case *int:
			a.ItemType = itemNumber
		case *[]string:
			a.CollectionType = collectionArray
		}
		all = append(all, a)
	}
	for _, t := range targets {
		w := announcer{target: t}
		spec := specOf(t)
		if spec == nil {
			continue
		}
		w.fields(spec, fieldpath.Path{}.Key("spec"), effective(t), 0)
		all = append(all, w.all...)
	}
	return all[:min(len(all), maxAnnouncements)]
}

// plain is Markdown without the marks of code.
func plain(doc string) string { return strings.ReplaceAll(doc, "`", "") }

// effective is the spec of an instance with the defaults of its schema.
func effective(t Target) any {
	object, _ := t.At.JSON().(map[string]any)
	v, err := admission.NewValidator(t.Graph.CRD, t.Graph.RGD.Schema.Version)
	if err != nil {
		return object["spec"]
	}
	admitted, _ := v.Admit(object, t.At, admission.Options{}) // its problems are Generate's business
	return admitted["spec"]
}

// announcer walks through the schema of an instance.
type announcer struct {
	target Target
	all    []*plugin.ParameterAnnouncement
}

// fields announces the fields of an object.
func (w *announcer) fields(s *apiextensionsv1.JSONSchemaProps, path fieldpath.Path, value any, depth int) {
	object, _ := value.(map[string]any)
	for _, name := range properties(s) {
		field := s.Properties[name]
		at, v := path.Key(name), object[name]
		if v == nil {
			v = defaultOf(&field)
		}
		if len(field.Properties) > 0 && depth < maxLevels {
			w.fields(&field, at, v, depth+1)
			continue
		}
		a := &plugin.ParameterAnnouncement{
			Name: w.target.parameter(at.String()), Tooltip: tooltip(&field), ItemType: itemType(&field), CollectionType: collectionString,
			Required: v == nil && slices.Contains(s.Required, name),
		}
		hold(a, &field, v)
		w.all = append(w.all, a)
	}
}

// hold puts the value of a field into an announcement, in the form of its type.
func hold(a *plugin.ParameterAnnouncement, field *apiextensionsv1.JSONSchemaProps, v any) {
	switch {
	case field.Type == typeArray && field.Items != nil && scalar(field.Items.Schema):
		a.CollectionType, a.ItemType = collectionArray, itemType(field.Items.Schema)
		list, _ := v.([]any)
		for _, item := range list {
			a.Array = append(a.Array, textual(item))
		}
	case field.AdditionalProperties != nil && scalar(field.AdditionalProperties.Schema):
		a.CollectionType, a.ItemType = collectionMap, itemType(field.AdditionalProperties.Schema)
		table, _ := v.(map[string]any)
		if len(table) > 0 {
			a.Map = make(map[string]string, len(table))
		}
		for key, item := range table {
			a.Map[key] = textual(item)
		}
	default:
		a.String_ = textual(v)
	}
}

// defaultOf is the default of a field, or nil.
func defaultOf(s *apiextensionsv1.JSONSchemaProps) any {
	if s.Default == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(s.Default.Raw, &v); err != nil {
		return nil
	}
	return v
}

func scalar(s *apiextensionsv1.JSONSchemaProps) bool {
	if s == nil {
		return false
	}
	return slices.Contains([]string{typeString, typeInteger, typeNumber, typeBoolean}, s.Type)
}

func itemType(s *apiextensionsv1.JSONSchemaProps) string {
	switch s.Type {
	case typeInteger, typeNumber:
		return itemNumber
	case typeBoolean:
		return itemBoolean
	}
	return itemString
}

// textual is a value as the text of a parameter.
func textual(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		if len(v) == 0 {
			return "{}"
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// tooltip says what a field is.
func tooltip(s *apiextensionsv1.JSONSchemaProps) string {
	var parts []string
	if s.Description != "" {
		parts = append(parts, strings.TrimSuffix(strings.TrimSpace(s.Description), ".")+".")
	}
	switch {
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			var decoded any
			if err := json.Unmarshal(v.Raw, &decoded); err == nil {
				values = append(values, textual(decoded))
			}
		}
		parts = append(parts, "One of "+listed(values)+".")
	case s.Type == typeInteger || s.Type == typeNumber:
		parts = append(parts, bounds(s)+".")
	case !scalar(s) && !simple(s):
		parts = append(parts, "Written as YAML or JSON.")
	}
	return strings.Join(parts, " ")
}

// simple reports a list or a map of scalars.
func simple(s *apiextensionsv1.JSONSchemaProps) bool {
	return s.Items != nil && scalar(s.Items.Schema) || s.AdditionalProperties != nil && scalar(s.AdditionalProperties.Schema)
}

// bounds says which numbers a field takes.
func bounds(s *apiextensionsv1.JSONSchemaProps) string {
	number := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	article := strings.ToUpper(phrase(s)[:1]) + phrase(s)[1:]
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		return article + " from " + number(s.Minimum) + " to " + number(s.Maximum)
	case s.Minimum != nil:
		return article + " from " + number(s.Minimum)
	case s.Maximum != nil:
		return article + " up to " + number(s.Maximum)
	}
	return article
}
