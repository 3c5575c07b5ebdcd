package crd

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// Stored is a schema as the API server reads it: through JSON, which settles what Go values leave
// open, such as defaults that are null and lists that are empty. Neither may be changed
// afterwards: they share what stands behind pointers.
func Stored(s *apiextensionsv1.JSONSchemaProps) (*apiextensions.JSONSchemaProps, error) {
	internal := &apiextensions.JSONSchemaProps{}
	settled, err := (&settler{}).schema(s, internal)
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	if settled {
		return internal, nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	read := &apiextensionsv1.JSONSchemaProps{}
	if err := json.Unmarshal(text, read); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	internal = &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(read, internal, nil); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	return internal, nil
}

// settler converts a schema and does to it what a trip through JSON would, at a small part of the cost: the
// first trip of a process alone takes half a millisecond.
type settler struct {
	// flat is the schema of one value, without what is inside of it. There is one for all values since
	// a schema is large, and most of it is empty.
	flat apiextensionsv1.JSONSchemaProps
}

// schema reports false for a schema with parts that SimpleSchema does not make, and for one that JSON cannot say.
func (c *settler) schema(s *apiextensionsv1.JSONSchemaProps, into *apiextensions.JSONSchemaProps) (bool, error) {
	if len(s.AllOf)+len(s.AnyOf)+len(s.OneOf)+len(s.PatternProperties)+len(s.Dependencies)+len(s.Definitions) > 0 ||
		s.Not != nil || s.AdditionalItems != nil || s.Items != nil && s.Items.JSONSchemas != nil || !finite(s.Minimum, s.Maximum, s.MultipleOf) {
		return false, nil
	}
	flat := &c.flat
	*flat = *s
	flat.AllOf, flat.AnyOf, flat.OneOf = nil, nil, nil
	flat.PatternProperties, flat.Dependencies, flat.Definitions = nil, nil, nil
	flat.Properties, flat.Items, flat.AdditionalProperties = nil, nil, nil
	flat.Required, flat.XListMapKeys = unlessEmpty(s.Required), unlessEmpty(s.XListMapKeys)
	flat.Enum, flat.XValidations = unlessEmpty(s.Enum), unlessEmpty(s.XValidations)
	flat.Default, flat.Example = unlessNull(s.Default), unlessNull(s.Example)
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(flat, into, nil); err != nil {
		return false, err
	}
	return c.children(s, into)
}

// children converts what is inside of a schema.
func (c *settler) children(s *apiextensionsv1.JSONSchemaProps, into *apiextensions.JSONSchemaProps) (bool, error) {
	if s.Items != nil && s.Items.Schema != nil {
		into.Items = &apiextensions.JSONSchemaPropsOrArray{Schema: &apiextensions.JSONSchemaProps{}}
		if settled, err := c.schema(s.Items.Schema, into.Items.Schema); !settled {
			return false, err
		}
	}
	if a := s.AdditionalProperties; a != nil {
		into.AdditionalProperties = &apiextensions.JSONSchemaPropsOrBool{Allows: a.Allows || a.Schema != nil}
		if a.Schema != nil {
			into.AdditionalProperties.Schema = &apiextensions.JSONSchemaProps{}
			if settled, err := c.schema(a.Schema, into.AdditionalProperties.Schema); !settled {
				return false, err
			}
		}
	}
	if len(s.Properties) == 0 {
		return true, nil
	}
	into.Properties = make(map[string]apiextensions.JSONSchemaProps, len(s.Properties))
	for name, p := range s.Properties {
		var property apiextensions.JSONSchemaProps
		if settled, err := c.schema(&p, &property); !settled {
			return false, err
		}
		into.Properties[name] = property
	}
	return true, nil
}

func unlessEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func unlessNull(v *apiextensionsv1.JSON) *apiextensionsv1.JSON {
	if v == nil || isNull(*v) {
		return nil
	}
	return v
}

func isNull(v apiextensionsv1.JSON) bool { return len(v.Raw) == 0 || string(v.Raw) == "null" }

func finite(numbers ...*float64) bool {
	for _, n := range numbers {
		if n != nil && (math.IsNaN(*n) || math.IsInf(*n, 0)) {
			return false
		}
	}
	return true
}
