package oracle

import (
	"context"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apimachineryvalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/apis/cel"

	"github.com/krowave/krowave/test/kro/manifest"
)

// admit is what the API server does with an object that is created: it prunes, defaults and
// validates a copy. The given namespace is that of the request. Unlike the API server it
// invents no uid, generation or time.
func (s *served) admit(object map[string]any, namespace string) (map[string]any, error) {
	content, err := manifest.NormalMap(object)
	if err != nil {
		return nil, err
	}
	u := &unstructured.Unstructured{Object: content}
	if u.GroupVersionKind() != s.gvk {
		return nil, fmt.Errorf("no matches for kind %q in version %q", u.GetKind(), u.GetAPIVersion())
	}
	if err := s.coerce(u); err != nil {
		return nil, err
	}
	switch {
	case !s.namespaced:
		u.SetNamespace("")
	case u.GetNamespace() == "":
		u.SetNamespace(namespace)
	}
	if s.status {
		delete(u.Object, "status")
	}
	if err := s.validate(u).ToAggregate(); err != nil {
		return nil, fmt.Errorf("%s %q is invalid: %w", s.gvk.Kind, u.GetName(), err)
	}
	return u.Object, nil
}

// coerce reads the metadata strictly, drops what the schema does not know, and fills in defaults.
func (s *served) coerce(u *unstructured.Unstructured) error {
	apiVersion, kindName := u.GetAPIVersion(), u.GetKind()
	meta, found, _, err := objectmeta.GetObjectMetaWithOptions(u.Object, objectmeta.ObjectMetaOptions{})
	if err != nil {
		return fmt.Errorf("reading the metadata: %w", err)
	}
	pruning.Prune(u.Object, s.structural, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(u.Object, s.structural)
	if err, _ := objectmeta.CoerceWithOptions(nil, u.Object, s.structural, false, objectmeta.CoerceOptions{}); err != nil {
		return fmt.Errorf("reading embedded metadata: %w", err)
	}
	u.SetAPIVersion(apiVersion)
	u.SetKind(kindName)
	if found {
		if err := objectmeta.SetObjectMeta(u.Object, meta); err != nil {
			return fmt.Errorf("writing the metadata: %w", err)
		}
	}
	defaulting.Default(u.Object, s.structural)
	return nil
}

func (s *served) validate(u *unstructured.Unstructured) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, apimachineryvalidation.ValidateObjectMetaAccessor(u, s.namespaced, apimachineryvalidation.NameIsDNSSubdomain, field.NewPath("metadata"))...)
	errs = append(errs, validation.ValidateCustomResource(nil, u.Object, s.validator)...)
	errs = append(errs, objectmeta.Validate(nil, u.Object, s.structural, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, u.Object)...)
	if len(errs) > 0 || s.rules == nil {
		return errs
	}
	broken, _ := s.rules.Validate(context.Background(), nil, s.structural, u.Object, nil, cel.RuntimeCELCostBudget)
	return broken
}
