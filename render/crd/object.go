package crd

import (
	"encoding/json"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Object is a CRD as a plain object, the way a user would have written it: without
// status and without fields that only a server sets. Numbers are int64 or float64.
// It fails for a schema that holds invalid JSON, which no schema of package
// simpleschema does.
func Object(c *apiextensionsv1.CustomResourceDefinition) (map[string]any, error) {
	if object, ok := plain(c); ok {
		return object, nil
	}
	return viaJSON(c)
}

// viaJSON is [Object] for every CRD.
func viaJSON(c *apiextensionsv1.CustomResourceDefinition) (map[string]any, error) {
	c = c.DeepCopy()
	for _, v := range c.Spec.Versions {
		if v.Schema != nil {
			dropNullDefaults(v.Schema.OpenAPIV3Schema)
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write CRD %s: %w", c.Name, err)
	}
	var object map[string]any
	if err := utiljson.Unmarshal(text, &object); err != nil {
		return nil, fmt.Errorf("read CRD %s: %w", c.Name, err)
	}
	delete(object, "status")
	if metadata, ok := object["metadata"].(map[string]any); ok {
		delete(metadata, "creationTimestamp")
	}
	return object, nil
}

// dropNullDefaults removes defaults that an API server reads as none, so that what
// is applied equals what is stored.
func dropNullDefaults(s *apiextensionsv1.JSONSchemaProps) {
	if s == nil {
		return
	}
	if s.Default != nil && (len(s.Default.Raw) == 0 || string(s.Default.Raw) == "null") {
		s.Default = nil
	}
	for name, p := range s.Properties {
		dropNullDefaults(&p)
		s.Properties[name] = p
	}
	if s.Items != nil {
		dropNullDefaults(s.Items.Schema)
	}
	if s.AdditionalProperties != nil {
		dropNullDefaults(s.AdditionalProperties.Schema)
	}
}
