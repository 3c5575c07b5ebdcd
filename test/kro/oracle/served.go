package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	structuralcel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/apis/cel"
)

// served is one version of a CRD as the API server serves it.
type served struct {
	gvk        schema.GroupVersionKind
	namespaced bool
	status     bool // has the status subresource

	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *structuralcel.Validator

	crd *extv1.CustomResourceDefinition
}

// create is what the API server does when a CRD is created: defaults, then validation.
func create(in *extv1.CustomResourceDefinition) (*extv1.CustomResourceDefinition, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("writing the CRD: %w", err)
	}
	crd := &extv1.CustomResourceDefinition{}
	if err := json.Unmarshal(raw, crd); err != nil {
		return nil, fmt.Errorf("reading the CRD: %w", err)
	}
	extv1.SetObjectDefaults_CustomResourceDefinition(crd)
	internal := &apiextensions.CustomResourceDefinition{}
	if err := extv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(crd, internal, nil); err != nil {
		return nil, fmt.Errorf("converting the CRD: %w", err)
	}
	internal.Status = apiextensions.CustomResourceDefinitionStatus{}
	for _, version := range internal.Spec.Versions {
		if version.Storage {
			internal.Status.StoredVersions = append(internal.Status.StoredVersions, version.Name)
		}
	}
	errs := crdvalidation.ValidateCustomResourceDefinition(context.Background(), internal)
	if err := errs.ToAggregate(); err != nil {
		return nil, fmt.Errorf("CustomResourceDefinition %s is invalid: %w", crd.Name, err)
	}
	return crd, nil
}

// serve prepares every served version of a created CRD.
func serve(crd *extv1.CustomResourceDefinition) ([]*served, error) {
	var all []*served
	for i := range crd.Spec.Versions {
		version := &crd.Spec.Versions[i]
		if !version.Served {
			continue
		}
		if version.Schema == nil {
			return nil, errors.New("the CRD has no schema")
		}
		internal := &apiextensions.CustomResourceValidation{}
		if err := extv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, internal, nil); err != nil {
			return nil, fmt.Errorf("converting the schema: %w", err)
		}
		structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		structural = structural.DeepCopy()
		if err := defaulting.PruneDefaults(structural); err != nil {
			return nil, fmt.Errorf("pruning the defaults: %w", err)
		}
		validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
		if err != nil {
			return nil, fmt.Errorf("preparing validation: %w", err)
		}
		all = append(all, &served{
			gvk:        schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind},
			namespaced: crd.Spec.Scope == extv1.NamespaceScoped,
			status:     version.Subresources != nil && version.Subresources.Status != nil,
			structural: structural,
			validator:  validator,
			rules:      structuralcel.NewValidator(structural, true, cel.PerCallLimit),
			crd:        crd,
		})
	}
	return all, nil
}

// publish is the kind as the API server's OpenAPI document shows it to kro.
func (s *served) publish() (*kind, error) {
	openapi, err := builder.BuildOpenAPIV3(s.crd, s.gvk.Version, builder.Options{})
	if err != nil {
		return nil, fmt.Errorf("publishing %s: %w", s.gvk, err)
	}
	raw, err := json.Marshal(openapi)
	if err != nil {
		return nil, fmt.Errorf("publishing %s: %w", s.gvk, err)
	}
	d := &document{}
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("publishing %s: %w", s.gvk, err)
	}
	return d.find(s.gvk)
}
