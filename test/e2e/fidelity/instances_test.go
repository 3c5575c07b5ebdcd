package fidelity_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/source"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
)

// namespace is the one of instances that name none.
const namespace = "default"

// instances: the CRDs that the archives' RGDs generate are accepted and stored as they are, and the server makes
// of every instance what krowave says it does: the same object, or a refusal.
func instances(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	var all []instance
	for i, s := range samples(t) {
		// One group for each archive: several have RGDs of the same kind.
		group := fmt.Sprintf("archive%d.e2e.krowave.dev", i)
		crds, _ := s.program.CRDs()
		for _, object := range crds {
			crd := definition(t, object.Value)
			original := crd.Spec.Group
			crd.Spec.Group, crd.Name = group, crd.Spec.Names.Plural+"."+group
			if !created(t, c, s.name, crd) {
				continue
			}
			for _, node := range s.in.Objects {
				version, ok := strings.CutPrefix(node.Get("apiVersion").Str(), original+"/")
				if ok && node.Get("kind").Str() == crd.Spec.Names.Kind && version == crd.Spec.Versions[0].Name {
					all = append(all, instance{s.name, crd, node})
				}
			}
		}
	}
	stored := 0
	for _, in := range all {
		if admitted(t, c, in) {
			stored++
		}
	}
	if refused := len(all) - stored; stored < 50 || refused < 10 {
		t.Errorf("the server stored %d instances and refused %d: this test sees too little", stored, refused)
	}
	t.Logf("%d instances stored, %d refused", stored, len(all)-stored)
}

// definition is a CRD as Go knows it.
func definition(t *testing.T, object map[string]any) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, crd); err != nil {
		t.Fatal(err)
	}
	crd.TypeMeta = metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"}
	return crd
}

// plain is a typed object as JSON has it.
func plain(t *testing.T, typed any) map[string]any {
	t.Helper()
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// created creates a generated CRD for good and reads it back.
func created(t *testing.T, c *cluster.Cluster, archive string, crd *apiextensionsv1.CustomResourceDefinition) bool {
	t.Helper()
	object := &unstructured.Unstructured{Object: plain(t, crd)}
	delete(object.Object, "status")
	client, err := c.Client(object.GroupVersionKind(), "")
	if err != nil {
		t.Fatal(err)
	}
	back, err := client.Create(t.Context(), object, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
	if err != nil {
		t.Errorf("%s: the server refuses the CRD %s: %v", archive, crd.Name, err)
		return false
	}
	want := crd.DeepCopy()
	// The only default that the server writes, and one that says what is so without it.
	want.Spec.Conversion = &apiextensionsv1.CustomResourceConversion{Strategy: apiextensionsv1.NoneConverter}
	if diff := cmp.Diff(want.Spec, definition(t, back.Object).Spec, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: the CRD %s: -generated +stored\n%s", archive, crd.Name, diff)
	}
	return true
}

// instance is an instance as its author wrote it, and the CRD that is in the cluster.
type instance struct {
	archive string
	crd     *apiextensionsv1.CustomResourceDefinition
	node    *source.Node
}

// admitted compares what the server makes of an instance with what krowave says. It answers whether the server takes it.
func admitted(t *testing.T, c *cluster.Cluster, in instance) bool {
	t.Helper()
	validator, err := admission.NewValidator(in.crd, in.crd.Spec.Versions[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	written, ok := in.node.JSON().(map[string]any)
	if !ok {
		t.Fatalf("%s: an instance that is no object", in.archive)
	}
	written = maps.Clone(written)
	written["apiVersion"] = in.crd.Spec.Group + "/" + in.crd.Spec.Versions[0].Name
	want, diags := validator.Admit(written, in.node, admission.Options{Namespace: namespace})
	where := fmt.Sprintf("%s: %s", in.archive, in.node.Span().Path())
	got, err := create(t, c, in, written)
	switch {
	case err != nil && !apierrors.IsInvalid(err) && !apierrors.IsBadRequest(err):
		t.Errorf("%s: %v", where, err)
	case err != nil && !failed(diags):
		t.Errorf("%s: the server refuses what krowave takes: %v", where, err)
	case err == nil && failed(diags):
		t.Errorf("%s: the server takes what krowave refuses: %v", where, diags)
	case err == nil:
		if diff := cmp.Diff(normal(t, want), normal(t, got)); diff != "" {
			t.Errorf("%s: -krowave +server\n%s", where, diff)
		}
	}
	return err == nil
}

// create has the server admit an object without storing it. A server that has just learnt of a CRD may not serve it yet.
func create(t *testing.T, c *cluster.Cluster, in instance, written map[string]any) (map[string]any, error) {
	t.Helper()
	u := &unstructured.Unstructured{Object: written}
	names := in.crd.Spec.Names
	resource := c.Dynamic.Resource(u.GroupVersionKind().GroupVersion().WithResource(names.Plural))
	client := dynamic.ResourceInterface(resource)
	if in.crd.Spec.Scope == apiextensionsv1.NamespaceScoped {
		name := within(written)
		client = resource.Namespace(name)
		if _, err := c.TryApply(t.Context(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
		}}); err != nil {
			return nil, err // no object can be in a namespace that cannot be
		}
	}
	var back *unstructured.Unstructured
	var failure error
	await.True(t, "the server to serve "+in.crd.Name, await.Short, func() (bool, string) {
		back, failure = client.Create(t.Context(), u, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return failure == nil || !apierrors.IsNotFound(failure), fmt.Sprint(failure)
	})
	if failure != nil {
		return nil, failure
	}
	return back.Object, nil
}

// within is the namespace that an object is created in.
func within(object map[string]any) string {
	if metadata, ok := object["metadata"].(map[string]any); ok {
		if name, ok := metadata["namespace"].(string); ok && name != "" {
			return name
		}
	}
	return namespace
}

// normal is an object without what the server alone knows, with the numbers of JSON.
func normal(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"} {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	return u.Object
}
