package crd_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/crd"
)

// viaJSON is what Stored has to answer.
func viaJSON(t *testing.T, s *apiextensionsv1.JSONSchemaProps) *apiextensions.JSONSchemaProps {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var read apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&read, &internal, nil); err != nil {
		t.Fatal(err)
	}
	return &internal
}

// TestStored: what is settled without JSON is what JSON settles.
func TestStored(t *testing.T) {
	t.Parallel()
	raw := func(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }
	for name, schema := range map[string]apiextensionsv1.JSONSchemaProps{
		"nothing":        {},
		"scalars":        {Type: "integer", Format: "int64", Title: "t", Description: "a <b> & c", Minimum: new(1.5), Maximum: new(float64(9)), ExclusiveMinimum: true, MultipleOf: new(0.1), MaxLength: new(int64(3)), Nullable: true, Pattern: "^a$", UniqueItems: true},
		"defaults":       {Default: raw(` {"a" : [1, 2.50, "<x>", null]} `), Example: raw(`"x"`), Enum: []apiextensionsv1.JSON{*raw(`1`), *raw(`null`), {}, *raw(`"é"`)}},
		"null defaults":  {Default: raw(`null`), Example: &apiextensionsv1.JSON{}},
		"empty lists":    {Required: []string{}, Enum: []apiextensionsv1.JSON{}, AllOf: []apiextensionsv1.JSONSchemaProps{}, XValidations: apiextensionsv1.ValidationRules{}, Properties: map[string]apiextensionsv1.JSONSchemaProps{}, XListMapKeys: []string{}},
		"items":          {Type: "array", Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{Type: "string", Default: raw("null")}}, XListType: new("set")},
		"no items":       {Type: "array", Items: &apiextensionsv1.JSONSchemaPropsOrArray{}},
		"many items":     {Items: &apiextensionsv1.JSONSchemaPropsOrArray{JSONSchemas: []apiextensionsv1.JSONSchemaProps{{Type: "string"}, {Required: []string{}}}}},
		"additional":     {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Schema: &apiextensionsv1.JSONSchemaProps{Required: []string{}, Type: "object"}}},
		"additional yes": {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true}},
		"additional no":  {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{}},
		"extensions":     {XPreserveUnknownFields: new(true), XIntOrString: true, XEmbeddedResource: true, XMapType: new("atomic"), XValidations: apiextensionsv1.ValidationRules{{Rule: "self > 0", Message: "m", OptionalOldSelf: new(false)}}},
		"logic":          {Not: &apiextensionsv1.JSONSchemaProps{Default: raw("null")}, AnyOf: []apiextensionsv1.JSONSchemaProps{{Required: []string{}}}, Definitions: apiextensionsv1.JSONSchemaDefinitions{"x": {Type: "string"}}},
		"deep": {Properties: map[string]apiextensionsv1.JSONSchemaProps{
			"a": {Default: raw("null"), Properties: map[string]apiextensionsv1.JSONSchemaProps{"b": {Enum: []apiextensionsv1.JSON{{}}, Required: []string{}}}},
			"c": {OneOf: []apiextensionsv1.JSONSchemaProps{{Type: "string", Default: raw("null")}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := schema.DeepCopy()
			got, err := crd.Stored(&schema)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(viaJSON(t, &schema), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff(before, &schema); diff != "" {
				t.Errorf("the schema has changed: -before +after\n%s", diff)
			}
		})
	}
}
