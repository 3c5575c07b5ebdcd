package oracle

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/kubernetes-sigs/kro/api/v1alpha1"
	"github.com/kubernetes-sigs/kro/pkg/graph"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// config is the default of kro's controller.
func config() graph.Config {
	return graph.Config{MaxCollectionSize: 1000, MaxCollectionDimensionSize: 10}
}

// built is an RGD that kro accepted, and the kind it defines.
type built struct {
	graph     *graph.Graph
	crd       map[string]any
	instances *served
}

// build takes an RGD through admission, kro's builder, and the creation of its CRD. An RGD
// that kro accepts but whose CRD the API server refuses is answered with its graph.
func (k *cluster) build(text string) (*built, trial.Verdict) {
	rgd, err := k.admitRGD(text)
	if err != nil {
		return nil, trial.Verdict{Stage: trial.StageAdmission, Error: err.Error()}
	}
	builder, err := graph.NewBuilder(nil, nil, graph.WithSchemaResolver(k), graph.WithRESTMapper(k))
	if err != nil {
		return nil, trial.Verdict{Stage: trial.StageInput, Error: err.Error()}
	}
	g, err := builder.NewResourceGraphDefinition(rgd, config())
	if err != nil {
		return nil, trial.Verdict{Stage: trial.StageBuild, Error: err.Error()}
	}
	b := &built{graph: g}
	if err := b.create(); err != nil {
		return b, trial.Verdict{Stage: trial.StageCRD, Error: err.Error()}
	}
	return b, trial.Verdict{}
}

func (k *cluster) admitRGD(text string) (*v1alpha1.ResourceGraphDefinition, error) {
	object, err := manifest.Decode(text)
	if err != nil {
		return nil, err
	}
	if object, err = k.oracle.kro.rgd.admit(object, ""); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("writing the RGD: %w", err)
	}
	rgd := &v1alpha1.ResourceGraphDefinition{}
	if err := json.Unmarshal(raw, rgd); err != nil {
		return nil, fmt.Errorf("reading the RGD: %w", err)
	}
	return rgd, nil
}

// create hands the generated CRD to the API server.
func (b *built) create() error {
	crd, err := create(b.graph.CRD)
	if err != nil {
		return err
	}
	if b.crd, err = manifest.NormalMap(b.graph.CRD); err != nil {
		return err
	}
	// What only a server writes.
	delete(b.crd, "status")
	if metadata, ok := b.crd["metadata"].(map[string]any); ok {
		delete(metadata, "creationTimestamp")
	}
	versions, err := serve(crd)
	if err != nil {
		return err
	}
	b.instances = versions[0]
	return nil
}

func (b *built) describe(result *trial.Result) {
	result.CRD = b.crd
	result.Order = b.graph.TopologicalOrder
	result.Waves = b.graph.ApplyOrders
	result.Dependencies = make(map[string][]string, len(b.graph.Nodes))
	result.Nodes = make(map[string]trial.Node, len(b.graph.Nodes))
	for id, node := range b.graph.Nodes {
		dependencies := slices.Clone(node.Meta.Dependencies)
		slices.Sort(dependencies)
		result.Dependencies[id] = dependencies
		result.Nodes[id] = trial.Node{Kind: nodeKind(node.Meta.Type)}
	}
}

func nodeKind(t graph.NodeType) trial.NodeKind {
	switch t {
	case graph.NodeTypeCollection:
		return trial.Collection
	case graph.NodeTypeExternal:
		return trial.External
	case graph.NodeTypeExternalCollection:
		return trial.ExternalCollection
	case graph.NodeTypeResource, graph.NodeTypeInstance:
		return trial.Resource
	default:
		return trial.NodeKind(t.String())
	}
}
