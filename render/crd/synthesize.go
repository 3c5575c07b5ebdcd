package crd

import (
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Input is what an RGD says about its CRD.
type Input struct {
	Group, Version, Kind string
	Namespaced           bool
	// Spec and Status are the schemas of the instances' spec and status. Nil is an
	// object without fields. Status gets the fields that kro writes, unless it has them. The CRD shares
	// them, so that nobody may change them afterwards.
	Spec, Status *apiextensionsv1.JSONSchemaProps
	// PrinterColumns replace the default ones when there are any.
	PrinterColumns         []apiextensionsv1.CustomResourceColumnDefinition
	ShortNames, Categories []string
	Labels, Annotations    map[string]string // of the CRD itself
}

// Name is the name of the CRD of a kind.
func Name(group, kind string) string { return name(group, Plural(kind)) }

func name(group, plural string) string { return plural + "." + group }

// Synthesize is the CRD that kro creates.
func Synthesize(in Input) *apiextensionsv1.CustomResourceDefinition {
	scope := apiextensionsv1.ClusterScoped
	if in.Namespaced {
		scope = apiextensionsv1.NamespaceScoped
	}
	plural := Plural(in.Kind)
	columns := slices.Clone(in.PrinterColumns)
	if len(columns) == 0 {
		columns = defaultColumns()
	}
	c := &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: name(in.Group, plural)},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: in.Group,
			Scope: scope,
			Names: apiextensionsv1.CustomResourceDefinitionNames{
				Kind:       in.Kind,
				ListKind:   in.Kind + "List",
				Plural:     plural,
				Singular:   strings.ToLower(in.Kind),
				ShortNames: slices.Clone(in.ShortNames),
				Categories: slices.Clone(in.Categories),
			},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name:                     in.Version,
				Served:                   true,
				Storage:                  true,
				Schema:                   &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: rootSchema(in.Spec, in.Status)},
				Subresources:             &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
				AdditionalPrinterColumns: columns,
			}},
		},
	}
	if len(in.Labels) > 0 {
		c.Labels = maps.Clone(in.Labels)
	}
	if len(in.Annotations) > 0 {
		c.Annotations = maps.Clone(in.Annotations)
	}
	return c
}

// rootSchema is the schema of an instance.
func rootSchema(spec, status *apiextensionsv1.JSONSchemaProps) *apiextensionsv1.JSONSchemaProps {
	return &apiextensionsv1.JSONSchemaProps{
		Type: "object",
		Properties: map[string]apiextensionsv1.JSONSchemaProps{
			"apiVersion": {Type: "string"},
			"kind":       {Type: "string"},
			"metadata":   {Type: "object"},
			"spec":       orObject(spec),
			"status":     statusSchema(status),
		},
	}
}

// statusSchema adds what kro writes into every instance's status.
func statusSchema(status *apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
	s := orObject(status)
	properties := map[string]apiextensionsv1.JSONSchemaProps{"state": {Type: "string"}, "conditions": conditions()}
	maps.Copy(properties, s.Properties)
	s.Properties = properties
	return s
}

// orObject is a schema, or an object without fields.
func orObject(s *apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
	if s == nil {
		return apiextensionsv1.JSONSchemaProps{Type: "object"}
	}
	return *s
}

// conditions is the schema of status.conditions.
func conditions() apiextensionsv1.JSONSchemaProps {
	fields := map[string]apiextensionsv1.JSONSchemaProps{"observedGeneration": {Type: "integer"}}
	for _, name := range []string{"type", "status", "reason", "message", "lastTransitionTime"} {
		fields[name] = apiextensionsv1.JSONSchemaProps{Type: "string"}
	}
	return apiextensionsv1.JSONSchemaProps{
		Type:  "array",
		Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: fields}},
	}
}

// defaultColumns are the columns of an RGD that names none. The texts are part of
// the CRD and equal kro's.
func defaultColumns() []apiextensionsv1.CustomResourceColumnDefinition {
	return []apiextensionsv1.CustomResourceColumnDefinition{
		{Name: "State", Type: "string", JSONPath: ".status.state", Description: "The state of a ResourceGraphDefinition instance"},
		{Name: "Ready", Type: "string", JSONPath: `.status.conditions[?(@.type=="Ready")].status`, Description: "Whether a ResourceGraphDefinition instance is ready"},
		{Name: "Age", Type: "date", JSONPath: ".metadata.creationTimestamp", Description: "Age of the resource"},
	}
}
