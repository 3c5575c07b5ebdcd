package oracle

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gobuffalo/flect"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// cluster is the API of the cluster a case is put into: the built-in kinds, its CRDs, and the
// CRDs that kro generated from the other RGDs. It serves kro's builder as schema resolver and
// as REST mapper.
type cluster struct {
	meta.RESTMapper // only RESTMapping is ever called

	oracle     *Oracle
	crds       map[schema.GroupVersionKind]*served
	siblings   map[schema.GroupVersionKind]string // RGD text by the kind it defines
	building   map[schema.GroupVersionKind]bool
	permissive bool
}

func (o *Oracle) newCluster(c trial.Case) (*cluster, error) {
	k := &cluster{
		oracle:     o,
		crds:       map[schema.GroupVersionKind]*served{},
		siblings:   map[schema.GroupVersionKind]string{},
		building:   map[schema.GroupVersionKind]bool{},
		permissive: c.Unknown == trial.Permissive,
	}
	for _, text := range c.CRDs {
		if err := k.addCRD(text); err != nil {
			return nil, err
		}
	}
	for _, text := range c.Siblings {
		gvk, err := definedKind(text)
		if err != nil {
			return nil, err
		}
		k.siblings[gvk] = text
	}
	return k, nil
}

func (k *cluster) addCRD(text string) error {
	object, err := manifest.Decode(text)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("writing a CRD of the case: %w", err)
	}
	crd := &extv1.CustomResourceDefinition{}
	if err := json.Unmarshal(raw, crd); err != nil {
		return fmt.Errorf("reading a CRD of the case: %w", err)
	}
	if crd, err = create(crd); err != nil {
		return err
	}
	versions, err := serve(crd)
	if err != nil {
		return err
	}
	for _, version := range versions {
		k.crds[version.gvk] = version
	}
	return nil
}

// definedKind is the kind that an RGD defines, read without judging the RGD.
func definedKind(text string) (schema.GroupVersionKind, error) {
	object, err := manifest.Decode(text)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	var rgd struct {
		Spec struct {
			Schema struct{ Group, APIVersion, Kind string }
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return schema.GroupVersionKind{}, fmt.Errorf("writing an RGD of the case: %w", err)
	}
	if err := json.Unmarshal(raw, &rgd); err != nil {
		return schema.GroupVersionKind{}, fmt.Errorf("reading an RGD of the case: %w", err)
	}
	s := rgd.Spec.Schema
	if s.Group == "" {
		s.Group = "kro.run"
	}
	return schema.GroupVersionKind{Group: s.Group, Version: s.APIVersion, Kind: s.Kind}, nil
}

// lookup prefers what the API server would: its own kinds first, then CRDs.
func (k *cluster) lookup(gvk schema.GroupVersionKind) (*kind, error) {
	for _, source := range []func(schema.GroupVersionKind) (*kind, error){
		k.oracle.builtin.lookup, k.oracle.kro.lookup, k.fromCRD, k.fromSibling,
	} {
		found, err := source(gvk)
		if err == nil || !errors.Is(err, resolver.ErrSchemaNotFound) {
			return found, err
		}
	}
	if k.permissive && !strings.ContainsAny(gvk.String(), "${}") {
		return permissive(gvk)
	}
	return nil, fmt.Errorf("cannot resolve group version %q: %w", gvk.GroupVersion(), resolver.ErrSchemaNotFound)
}

func (k *cluster) fromCRD(gvk schema.GroupVersionKind) (*kind, error) {
	version, ok := k.crds[gvk]
	if !ok {
		return nil, resolver.ErrSchemaNotFound
	}
	return version.publish()
}

// fromSibling builds the RGD that defines a kind. An RGD that needs its own kind, directly or
// through others, is never accepted in a cluster.
func (k *cluster) fromSibling(gvk schema.GroupVersionKind) (*kind, error) {
	text, ok := k.siblings[gvk]
	if !ok || k.building[gvk] {
		return nil, resolver.ErrSchemaNotFound
	}
	k.building[gvk] = true
	defer delete(k.building, gvk)
	built, verdict := k.build(text)
	if !verdict.Accepted() {
		return nil, fmt.Errorf("RGD of kind %s is refused (%s): %w", gvk.Kind, verdict.Error, resolver.ErrSchemaNotFound)
	}
	return built.instances.publish()
}

// permissive is the schema of a kind about which nothing is known.
func permissive(gvk schema.GroupVersionKind) (*kind, error) {
	crd, err := create(permissiveCRD(gvk))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, resolver.ErrSchemaNotFound)
	}
	versions, err := serve(crd)
	if err != nil {
		return nil, err
	}
	return versions[0].publish()
}

func permissiveCRD(gvk schema.GroupVersionKind) *extv1.CustomResourceDefinition {
	plural := strings.ToLower(flect.Pluralize(strings.ToLower(gvk.Kind)))
	group := gvk.Group
	if group == "" {
		group = "core"
	}
	anything := true
	crd := &extv1.CustomResourceDefinition{}
	crd.APIVersion, crd.Kind = "apiextensions.k8s.io/v1", "CustomResourceDefinition"
	crd.Name = plural + "." + group
	if strings.HasSuffix(group, ".k8s.io") || strings.HasSuffix(group, ".kubernetes.io") {
		crd.Annotations = map[string]string{"api-approved.kubernetes.io": "unapproved, test only"}
	}
	crd.Spec = extv1.CustomResourceDefinitionSpec{
		Group: group,
		Scope: extv1.NamespaceScoped,
		Names: extv1.CustomResourceDefinitionNames{Kind: gvk.Kind, Plural: plural},
		Versions: []extv1.CustomResourceDefinitionVersion{{
			Name: gvk.Version, Served: true, Storage: true,
			Schema: &extv1.CustomResourceValidation{OpenAPIV3Schema: &extv1.JSONSchemaProps{
				Type: "object", XPreserveUnknownFields: &anything,
			}},
		}},
	}
	return crd
}

// ResolveSchema serves kro's builder.
func (k *cluster) ResolveSchema(gvk schema.GroupVersionKind) (*spec.Schema, error) {
	if s, err := k.oracle.compiledIn.ResolveSchema(gvk); err == nil {
		return s, nil
	}
	found, err := k.lookup(gvk)
	if err != nil {
		return nil, err
	}
	return found.schema, nil
}

// RESTMapping serves kro's builder.
func (k *cluster) RESTMapping(gk schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	for _, version := range versions {
		found, err := k.lookup(gk.WithVersion(version))
		if err != nil || found.plural == "" {
			continue
		}
		scope := meta.RESTScopeRoot
		if found.namespaced {
			scope = meta.RESTScopeNamespace
		}
		return &meta.RESTMapping{
			Resource:         found.gvk.GroupVersion().WithResource(found.plural),
			GroupVersionKind: found.gvk,
			Scope:            scope,
		}, nil
	}
	return nil, &meta.NoKindMatchError{GroupKind: gk, SearchedVersions: versions}
}
