package oracle

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/kubernetes-sigs/kro/api/v1alpha1"
	"github.com/kubernetes-sigs/kro/pkg/graph"
	"github.com/kubernetes-sigs/kro/pkg/runtime"
	"k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/trial"
)

// Engine is kro in the cluster of one case, for those who run its parts alone and many
// times. What the cluster says about kinds is kept, as kro's own resolver does, so that only
// kro's work is repeated. It is for one goroutine.
type Engine struct {
	rgd  *v1alpha1.ResourceGraphDefinition
	kept *kept
}

// Engine prepares a case whose RGD kro accepts. Every kind has been looked up before it returns.
func (o *Oracle) Engine(c trial.Case) (*Engine, error) {
	k, err := o.newCluster(c)
	if err != nil {
		return nil, err
	}
	rgd, err := k.admitRGD(c.RGD)
	if err != nil {
		return nil, err
	}
	e := newEngine(k, rgd)
	return e, e.Lookup()
}

// Bare prepares a case whose RGD has been admitted already, in a process that has run nothing
// of CEL and should not do so before [Engine.Build]. No schema has been read when it returns.
func Bare(ctx context.Context, c trial.Case, admitted []byte) (*Engine, error) {
	dir, err := modules.KubernetesOpenAPI(ctx)
	if err != nil {
		return nil, err
	}
	o := &Oracle{builtin: newPublished(dir), kro: &kroKinds{}, compiledIn: resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, scheme.Scheme)}
	k, err := o.newCluster(c) //nolint:contextcheck // the validation of a CRD takes a context and never waits
	if err != nil {
		return nil, err
	}
	rgd := &v1alpha1.ResourceGraphDefinition{}
	if err := json.Unmarshal(admitted, rgd); err != nil {
		return nil, fmt.Errorf("reading the RGD: %w", err)
	}
	return newEngine(k, rgd), nil
}

func newEngine(k *cluster, rgd *v1alpha1.ResourceGraphDefinition) *Engine {
	return &Engine{rgd: rgd, kept: &kept{cluster: k, schemas: map[schema.GroupVersionKind]*spec.Schema{}, mappings: map[schema.GroupVersionKind]*meta.RESTMapping{}}}
}

// Admitted is the RGD as the API server stores it, for [Bare].
func (e *Engine) Admitted() ([]byte, error) {
	raw, err := json.Marshal(e.rgd)
	if err != nil {
		return nil, fmt.Errorf("writing the RGD: %w", err)
	}
	return raw, nil
}

// Lookup asks the cluster for the kinds of all templates.
func (e *Engine) Lookup() error {
	for _, r := range e.rgd.Spec.Resources {
		if len(r.Template.Raw) == 0 {
			continue
		}
		object, err := manifest.Decode(string(r.Template.Raw))
		if err != nil {
			return err
		}
		gvk := (&unstructured.Unstructured{Object: object}).GroupVersionKind()
		if _, err := e.kept.ResolveSchema(gvk); err != nil {
			return err
		}
		if _, err := e.kept.RESTMapping(gvk.GroupKind(), gvk.Version); err != nil {
			return err
		}
	}
	return nil
}

// Build is kro's compilation of the RGD, its builder made anew.
func (e *Engine) Build() (*graph.Graph, error) {
	builder, err := graph.NewBuilder(nil, nil, graph.WithSchemaResolver(e.kept), graph.WithRESTMapper(e.kept))
	if err != nil {
		return nil, fmt.Errorf("making kro's builder: %w", err)
	}
	g, err := builder.NewResourceGraphDefinition(e.rgd, config())
	if err != nil {
		return nil, fmt.Errorf("building with kro: %w", err)
	}
	return g, nil
}

// Admit is what the API server makes of an instance that is created. It takes the readyWhen of
// all nodes out of the graph, so that [Engine.Render] gets to every object.
func (*Engine) Admit(g *graph.Graph, text string) (map[string]any, error) {
	b := &built{graph: g}
	if err := b.create(); err != nil {
		return nil, err
	}
	for _, node := range g.Nodes {
		node.ReadyWhen = nil
	}
	object, err := manifest.Decode(text)
	if err != nil {
		return nil, err
	}
	return b.instances.admit(object, "default")
}

// Render resolves every node of an admitted instance with kro's runtime, observes it exactly
// as it was resolved, and projects the status: what kro's controller computes once everything
// exists, without readiness. It answers the objects in topological order.
func (*Engine) Render(g *graph.Graph, instance map[string]any) ([]*unstructured.Unstructured, error) {
	rt, err := runtime.FromGraph(g, config(), runtime.WithInstance(&unstructured.Unstructured{Object: instance}))
	if err != nil {
		return nil, fmt.Errorf("starting kro's runtime: %w", err)
	}
	var objects []*unstructured.Unstructured
	for _, node := range rt.Nodes() {
		ignored, err := node.IsIgnored()
		if err != nil {
			return nil, fmt.Errorf("resolving %s: %w", node.Spec.Meta.ID, err)
		}
		if ignored {
			continue
		}
		desired, err := node.GetDesired()
		if err != nil {
			return nil, fmt.Errorf("resolving %s: %w", node.Spec.Meta.ID, err)
		}
		node.SetObserved(desired)
		objects = append(objects, desired...)
	}
	if _, err := rt.Instance().GetDesired(); err != nil {
		return nil, fmt.Errorf("projecting the status: %w", err)
	}
	return objects, nil
}

// kept remembers what a cluster says about kinds.
type kept struct {
	meta.RESTMapper // only RESTMapping is ever called

	cluster  *cluster
	schemas  map[schema.GroupVersionKind]*spec.Schema
	mappings map[schema.GroupVersionKind]*meta.RESTMapping
}

// ResolveSchema serves kro's builder.
func (k *kept) ResolveSchema(gvk schema.GroupVersionKind) (*spec.Schema, error) {
	if s, ok := k.schemas[gvk]; ok {
		return s, nil
	}
	s, err := k.cluster.ResolveSchema(gvk)
	if err == nil {
		k.schemas[gvk] = s
	}
	return s, err
}

// RESTMapping serves kro's builder, which asks for one version at a time.
func (k *kept) RESTMapping(gk schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	if len(versions) != 1 {
		return k.cluster.RESTMapping(gk, versions...)
	}
	gvk := gk.WithVersion(versions[0])
	if m, ok := k.mappings[gvk]; ok {
		return m, nil
	}
	m, err := k.cluster.RESTMapping(gk, versions...)
	if err == nil {
		k.mappings[gvk] = m
	}
	return m, err
}
