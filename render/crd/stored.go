package crd

import (
	"encoding/json"
	"fmt"
	"math"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// Stored is a schema as the API server reads it: through JSON, which settles what Go values leave
// open, such as defaults that are null and lists that are empty. The result shares nothing
// with the schema.
func Stored(s *apiextensionsv1.JSONSchemaProps) (*apiextensions.JSONSchemaProps, error) {
	read := s.DeepCopy()
	if !settle(read) {
		text, err := json.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("write: %w", err)
		}
		read = &apiextensionsv1.JSONSchemaProps{}
		if err := json.Unmarshal(text, read); err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
	}
	internal := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(read, internal, nil); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	return internal, nil
}

// settle does to a schema what a trip through JSON would, at a small part of the cost: the first
// trip of a process alone takes half a millisecond. It reports false for a schema with
// parts that SimpleSchema does not make, and for one that JSON cannot say.
func settle(s *apiextensionsv1.JSONSchemaProps) bool {
	if s == nil {
		return true
	}
	if len(s.AllOf)+len(s.AnyOf)+len(s.OneOf)+len(s.PatternProperties)+len(s.Dependencies)+len(s.Definitions) > 0 ||
		s.Not != nil || s.AdditionalItems != nil || s.Items != nil && s.Items.JSONSchemas != nil || !finite(s.Minimum, s.Maximum, s.MultipleOf) {
		return false
	}
	s.AllOf, s.AnyOf, s.OneOf = nil, nil, nil
	s.PatternProperties, s.Dependencies, s.Definitions = nil, nil, nil
	s.Required, s.XListMapKeys = unlessEmpty(s.Required), unlessEmpty(s.XListMapKeys)
	s.Enum, s.XValidations = unlessEmpty(s.Enum), unlessEmpty(s.XValidations)
	s.Default, s.Example = unlessNull(s.Default), unlessNull(s.Example)
	for i := range s.Enum {
		if isNull(s.Enum[i]) {
			s.Enum[i] = apiextensionsv1.JSON{}
		}
	}
	return settleChildren(s)
}

// settleChildren settles what is inside of a schema.
func settleChildren(s *apiextensionsv1.JSONSchemaProps) bool {
	if s.Items != nil && s.Items.Schema == nil {
		s.Items = nil
	}
	if s.Items != nil && !settle(s.Items.Schema) {
		return false
	}
	if a := s.AdditionalProperties; a != nil {
		a.Allows = a.Allows || a.Schema != nil
		if !settle(a.Schema) {
			return false
		}
	}
	if len(s.Properties) == 0 {
		s.Properties = nil
	}
	for name, p := range s.Properties {
		if !settle(&p) {
			return false
		}
		s.Properties[name] = p
	}
	return true
}

func unlessEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
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
