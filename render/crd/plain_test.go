package crd_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/render/crd"
)

// TestPlainEveryField: a CRD that has one field more than the least is the same object without and
// with JSON, whatever the field. A field that the module adds is tried from then on.
func TestPlainEveryField(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, part := range []func(*apiextensionsv1.CustomResourceDefinition) any{
		func(c *apiextensionsv1.CustomResourceDefinition) any { return c },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return &c.ObjectMeta },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return &c.Spec },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return &c.Spec.Names },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return &c.Spec.Versions[0] },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return c.Spec.Versions[0].Schema },
		func(c *apiextensionsv1.CustomResourceDefinition) any { return c.Spec.Versions[0].Subresources },
		func(c *apiextensionsv1.CustomResourceDefinition) any {
			return &c.Spec.Versions[0].AdditionalPrinterColumns[0]
		},
		func(c *apiextensionsv1.CustomResourceDefinition) any {
			return c.Spec.Versions[0].Schema.OpenAPIV3Schema
		},
		func(c *apiextensionsv1.CustomResourceDefinition) any {
			return c.Spec.Versions[0].Schema.OpenAPIV3Schema.Items.Schema
		},
		func(c *apiextensionsv1.CustomResourceDefinition) any {
			return &c.Spec.Versions[0].Schema.OpenAPIV3Schema.XValidations[0]
		},
	} {
		for i := range reflect.TypeOf(part(least())).Elem().NumField() {
			for _, size := range []int{0, 1} {
				c := least()
				field := reflect.ValueOf(part(c)).Elem().Field(i)
				field.SetZero()
				if size > 0 {
					fill(field)
				}
				tried++
				same(t, c)
			}
		}
	}
	if tried < 200 {
		t.Errorf("%d fields were tried", tried)
	}
}

// TestPlainValues: the values that JSON changes on its way.
func TestPlainValues(t *testing.T) {
	t.Parallel()
	raw := func(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }
	for name, s := range map[string]apiextensionsv1.JSONSchemaProps{
		"numbers":       {Minimum: new(-1.0), Maximum: new(1e18), MultipleOf: new(0.25)},
		"large":         {Minimum: new(-1e25), Maximum: new(float64(1 << 60))},
		"exact":         {Minimum: new(float64(-1 << 53)), Maximum: new(float64(1 << 53))},
		"nothing":       {Minimum: new(0.0), MaxLength: new(int64(0)), XPreserveUnknownFields: new(false), XListType: new("")},
		"values":        {Default: raw(` {"a": [1, 2.50, 1e3, 9223372036854775808, "<é>", null]}`), Example: raw(`null`), Enum: []apiextensionsv1.JSON{*raw(`1`), *raw(`null`), {}}},
		"null default":  {Default: raw(`null`), Properties: map[string]apiextensionsv1.JSONSchemaProps{"a": {Default: &apiextensionsv1.JSON{}}}},
		"blank default": {Default: raw(` null `)},
		"invalid":       {Default: raw(`{`)},
		"no text":       {Description: "a\xffb", Properties: map[string]apiextensionsv1.JSONSchemaProps{"a\xff": {}, "b": {}}},
		"empty":         {Required: []string{}, Enum: []apiextensionsv1.JSON{}, Properties: map[string]apiextensionsv1.JSONSchemaProps{}, AllOf: []apiextensionsv1.JSONSchemaProps{}},
		"no items":      {Items: &apiextensionsv1.JSONSchemaPropsOrArray{}},
		"many items":    {Items: &apiextensionsv1.JSONSchemaPropsOrArray{JSONSchemas: []apiextensionsv1.JSONSchemaProps{{Type: "string"}}}},
		"logic":         {Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{AnyOf: []apiextensionsv1.JSONSchemaProps{{Type: "string", Default: raw("null")}}}}},
		"additional":    {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true}, Properties: map[string]apiextensionsv1.JSONSchemaProps{"a": {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{}}}},
		"of a schema":   {AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Allows: false, Schema: &apiextensionsv1.JSONSchemaProps{Type: "string"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := least()
			c.Spec.Versions[0].Schema.OpenAPIV3Schema = &s
			same(t, c)
		})
	}
}

// same fails when a CRD becomes something else without JSON, or is changed.
func same(t *testing.T, c *apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	before := c.DeepCopy()
	got, err := crd.Object(c)
	want, problem := crd.ViaJSON(c)
	if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (problem == nil) {
		t.Errorf("%v, want %v: -want +got\n%s", err, problem, diff)
	}
	if diff := cmp.Diff(before, c); diff != "" {
		t.Errorf("the CRD has changed: -before +after\n%s", diff)
	}
}

// least is a CRD that has one of everything that Synthesize makes.
func least() *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "shops.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
				Items:        &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{}},
				XValidations: apiextensionsv1.ValidationRules{{Rule: "true"}},
			}},
			Subresources:             &apiextensionsv1.CustomResourceSubresources{},
			AdditionalPrinterColumns: []apiextensionsv1.CustomResourceColumnDefinition{{Name: "Age"}},
		}}},
	}
}

// fill sets a value, and what is inside of it, to something that is not nothing. It goes no deeper than
// one value of a type that refers to itself needs.
func fill(v reflect.Value) {
	if v.Type() == reflect.TypeFor[apiextensionsv1.JSON]() {
		v.Set(reflect.ValueOf(apiextensionsv1.JSON{Raw: []byte(`{"a":[1]}`)}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(2)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[apiextensionsv1.JSONSchemaProps]() {
			v.FieldByName("Type").SetString("string")
			return
		}
		for _, field := range v.Fields() {
			if field.CanSet() {
				fill(field)
			}
		}
	default: // nothing else is in a CRD
	}
}
