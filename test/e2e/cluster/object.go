package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/test/e2e/await"
)

// owner is the field manager of what tests apply.
const owner = "test"

// Ref names an object.
type Ref struct {
	GVK             schema.GroupVersionKind
	Namespace, Name string
}

// String is the reference as people write it: Deployment/prod/shop.
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.GVK.Kind + "/" + r.Name
	}
	return r.GVK.Kind + "/" + r.Namespace + "/" + r.Name
}

// RefOf is the name of an object.
func RefOf(u *unstructured.Unstructured) Ref {
	return Ref{GVK: u.GroupVersionKind(), Namespace: u.GetNamespace(), Name: u.GetName()}
}

// Named is the reference of an object by its apiVersion and kind.
func Named(apiVersion, kind, namespace, name string) Ref {
	return Ref{GVK: schema.FromAPIVersionAndKind(apiVersion, kind), Namespace: namespace, Name: name}
}

// Parse reads YAML documents.
func Parse(tb testing.TB, text string) []*unstructured.Unstructured {
	tb.Helper()
	var objects []*unstructured.Unstructured
	documents := utilyaml.NewDocumentDecoder(io.NopCloser(strings.NewReader(text)))
	defer func() { _ = documents.Close() }()
	for buffer := make([]byte, len(text)+1); ; {
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			tb.Fatalf("read documents: %v", err)
		}
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(buffer[:n], &u.Object); err != nil {
			tb.Fatalf("read a document: %v\n%s", err, buffer[:n])
		}
		// YAML gives float64 for every number; the JSON of unstructured objects knows integers.
		data, err := json.Marshal(u.Object)
		if err == nil && len(u.Object) > 0 {
			err = u.UnmarshalJSON(data)
		}
		if err != nil {
			tb.Fatalf("read a document: %v\n%s", err, buffer[:n])
		}
		if len(u.Object) > 0 {
			objects = append(objects, u)
		}
	}
}

// Client is the client of a kind's objects. A kind that a CRD has just defined is looked for again.
func (c *Cluster) Client(gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.mapper.Reset()
		mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", gvk, err)
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return c.Dynamic.Resource(mapping.Resource).Namespace(namespace), nil
	}
	return c.Dynamic.Resource(mapping.Resource), nil
}

// Apply applies objects server-side, with force, and answers them as the server has them.
func (c *Cluster) Apply(tb testing.TB, objects ...*unstructured.Unstructured) []*unstructured.Unstructured {
	tb.Helper()
	var stored []*unstructured.Unstructured
	for _, u := range objects {
		s, err := c.TryApply(tb.Context(), u)
		if err != nil {
			tb.Fatalf("apply %s: %v", RefOf(u), err)
		}
		stored = append(stored, s)
	}
	return stored
}

// TryApply is Apply of one object for those who expect that the server refuses it.
func (c *Cluster) TryApply(ctx context.Context, u *unstructured.Unstructured, dryRun ...string) (*unstructured.Unstructured, error) {
	client, err := c.Client(u.GroupVersionKind(), u.GetNamespace())
	if err != nil {
		return nil, err
	}
	return client.Apply(ctx, u.GetName(), u, metav1.ApplyOptions{FieldManager: owner, Force: true, DryRun: dryRun})
}

// Get is an object, or nil when there is none.
func (c *Cluster) Get(tb testing.TB, r Ref) *unstructured.Unstructured {
	tb.Helper()
	u, err := c.get(tb.Context(), r)
	if err != nil {
		tb.Fatalf("get %s: %v", r, err)
	}
	return u
}

func (c *Cluster) get(ctx context.Context, r Ref) (*unstructured.Unstructured, error) {
	client, err := c.Client(r.GVK, r.Namespace)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	u, err := client.Get(ctx, r.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return u, err
}

// Exists waits for an object.
func (c *Cluster) Exists(tb testing.TB, r Ref) *unstructured.Unstructured {
	tb.Helper()
	var found *unstructured.Unstructured
	await.True(tb, r.String(), await.Long, func() (bool, string) {
		u, err := c.get(tb.Context(), r)
		found = u
		return err == nil && u != nil, fmt.Sprintf("%v", err)
	})
	return found
}

// Gone waits until there is no such object.
func (c *Cluster) Gone(tb testing.TB, r Ref) {
	tb.Helper()
	await.True(tb, "the end of "+r.String(), await.Long, func() (bool, string) {
		u, err := c.get(tb.Context(), r)
		if u == nil {
			return err == nil, fmt.Sprintf("%v", err)
		}
		return false, fmt.Sprintf("deleted at %v, finalizers %v", u.GetDeletionTimestamp(), u.GetFinalizers())
	})
}

// Merge changes an object by a merge patch: what tests change in passing. Subresource may be "status".
func (c *Cluster) Merge(tb testing.TB, r Ref, patch map[string]any, subresources ...string) {
	tb.Helper()
	client, err := c.Client(r.GVK, r.Namespace)
	if err != nil {
		tb.Fatalf("patch %s: %v", r, err)
	}
	data, err := json.Marshal(patch)
	if err != nil {
		tb.Fatalf("patch %s: %v", r, err)
	}
	if _, err := client.Patch(tb.Context(), r.Name, types.MergePatchType, data, metav1.PatchOptions{FieldManager: owner}, subresources...); err != nil {
		tb.Fatalf("patch %s: %v", r, err)
	}
}

// Delete deletes an object, if it is there, and what it owns after it.
func (c *Cluster) Delete(tb testing.TB, r Ref) {
	tb.Helper()
	client, err := c.Client(r.GVK, r.Namespace)
	if err == nil {
		err = client.Delete(tb.Context(), r.Name, metav1.DeleteOptions{})
	}
	if err != nil && !apierrors.IsNotFound(err) && !meta.IsNoMatchError(err) {
		tb.Fatalf("delete %s: %v", r, err)
	}
}

// Namespace makes a namespace.
func (c *Cluster) Namespace(tb testing.TB, name string) {
	tb.Helper()
	c.Apply(tb, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
	}})
}

// Established waits until the server serves the kind of a CRD in each of its versions, and says so to those who ask what it serves: that
// comes a moment after the condition.
func (c *Cluster) Established(tb testing.TB, name string) {
	tb.Helper()
	r := Named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", name)
	await.True(tb, "the kinds of "+name, await.Short, func() (bool, string) {
		u, err := c.get(tb.Context(), r)
		if err != nil || u == nil {
			return false, fmt.Sprintf("%v", err)
		}
		if state := Conditions(u); state["Established"] != "True" {
			return false, fmt.Sprint(state)
		}
		err = c.discovers(u)
		return err == nil, fmt.Sprint(err)
	})
}

// discovers tells that the kind of a CRD can be found in each version that is served.
func (c *Cluster) discovers(u *unstructured.Unstructured) error {
	var definition struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Served bool
			}
		}
	}
	data, err := u.MarshalJSON()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &definition); err != nil {
		return err
	}
	for _, v := range definition.Spec.Versions {
		gvk := schema.GroupVersionKind{Group: definition.Spec.Group, Version: v.Name, Kind: definition.Spec.Names.Kind}
		if !v.Served {
			continue
		}
		if _, err := c.Client(gvk, ""); err != nil {
			return err
		}
	}
	return nil
}

// Conditions are the conditions of an object: the status by the type.
func Conditions(u *unstructured.Unstructured) map[string]string {
	state := map[string]string{}
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		if fields, ok := c.(map[string]any); ok {
			state[fmt.Sprint(fields["type"])] = fmt.Sprint(fields["status"])
		}
	}
	return state
}

// Names are the names of all objects of a kind in a namespace, sorted.
func (c *Cluster) Names(tb testing.TB, gvk schema.GroupVersionKind, namespace string) []string {
	tb.Helper()
	client, err := c.Client(gvk, namespace)
	if err != nil {
		tb.Fatalf("list %s: %v", gvk.Kind, err)
	}
	list, err := client.List(tb.Context(), metav1.ListOptions{})
	if err != nil {
		tb.Fatalf("list %s: %v", gvk.Kind, err)
	}
	names := map[string]bool{}
	for _, u := range list.Items {
		names[u.GetName()] = true
	}
	return slices.Sorted(maps.Keys(names))
}
