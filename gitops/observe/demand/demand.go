package demand

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
)

// Options are what all Observations of a render have in common.
type Options struct {
	// Namespace is that of the Observations; "" is that of each instance, or "default" for a cluster-scoped one.
	Namespace string
	// ServiceAccountName is whom the objects are read as; "" leaves it to the controller.
	ServiceAccountName string
	// Labels are put on every Observation.
	Labels map[string]string
}

// Demand is what the instances of a result need to know: their Observations, in the order of the instances, without a
// status. The objects of the result are Delivered, and the caller may say otherwise: it owns what it gets.
func Demand(p *render.Program, r *render.Result, o Options) []v1alpha1.Observation {
	var all []v1alpha1.Observation
	digests := map[*graph.Graph]string{}
	for _, ask := range p.Asks(r) {
		if digests[ask.Graph] == "" {
			digests[ask.Graph] = digestOf(ask.Graph)
		}
		made := observation(ask, digests[ask.Graph], o)
		made.Spec.Unresolved, made.Spec.Empty = unresolved(ask, r.Instances[ask.Instance])
		all = append(all, made)
	}
	return all
}

// Name is that of the Observation of an instance: the kind and the name for people, and a hash that tells instances apart.
func Name(i v1alpha1.InstanceReference) string {
	const digits, limit = 8, 253
	group := schema.FromAPIVersionAndKind(i.APIVersion, i.Kind).Group
	sum := sha256.Sum256([]byte(i.Kind + "." + group + "/" + i.Namespace + "/" + i.Name))
	text := strings.ToLower(i.Kind) + "-" + i.Name
	if longest := limit - digits - 1; len(text) > longest {
		text = strings.TrimRight(text[:longest], "-.")
	}
	return text + "-" + hex.EncodeToString(sum[:])[:digits]
}

// observation is that of one instance.
func observation(ask render.Ask, digest string, o Options) v1alpha1.Observation {
	apiVersion, kind := ask.GVK.ToAPIVersionAndKind()
	out := v1alpha1.Observation{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.ObservationKind},
		Spec: v1alpha1.ObservationSpec{
			Instance:           v1alpha1.InstanceReference{APIVersion: apiVersion, Kind: kind, Namespace: ask.Namespace, Name: ask.Name},
			RGD:                v1alpha1.RGDReference{Name: ask.Graph.RGD.Name, Digest: digest},
			ServiceAccountName: o.ServiceAccountName,
			InstanceFields:     texts(ask.GVK.GroupKind(), ask.Fields),
			Status:             statusOf(ask.Graph),
			Conditions:         expressions(ask.Graph.Conditions),
		},
	}
	out.Name, out.Namespace, out.Labels = Name(out.Spec.Instance), namespace(o, ask), maps.Clone(o.Labels)
	for _, n := range ask.Nodes {
		out.Spec.Nodes = append(out.Spec.Nodes, node(n))
	}
	return out
}

func namespace(o Options, ask render.Ask) string {
	switch {
	case o.Namespace != "":
		return o.Namespace
	case ask.Namespace != "":
		return ask.Namespace
	}
	return "default"
}

func node(n render.AskedNode) v1alpha1.ObservedNode {
	apiVersion, kind := n.Base.GVK.ToAPIVersionAndKind()
	out := v1alpha1.ObservedNode{
		ID: n.Base.ID, APIVersion: apiVersion, Kind: kind, Namespace: n.Namespace, Name: n.Name, Selector: n.Selector.DeepCopy(),
		Delivery: v1alpha1.Delivered, Fields: texts(n.Base.GVK.GroupKind(), n.Fields),
		ReadyWhen: expressions(n.Base.ReadyWhen), Readiness: readiness(n.Base),
	}
	if n.Item >= 0 {
		item := int32(n.Item) //nolint:gosec // no collection has 2^31 items
		out.Item = &item
	}
	switch {
	case n.External():
		out.Delivery = v1alpha1.External
	case n.Held:
		out.Delivery = v1alpha1.Held
	}
	return out
}

// texts are the paths that may be asked for.
func texts(kind schema.GroupKind, paths []fieldpath.Path) []string {
	var all []string
	for _, p := range paths {
		if known.MayAsk(kind, p) {
			all = append(all, p.String())
		}
	}
	return all
}

func expressions(all []*expr.Checked) []string {
	var out []string
	for _, e := range all {
		out = append(out, e.Text())
	}
	return out
}

// statusOf is schema.status without the conditions, or nil.
func statusOf(g *graph.Graph) *apiextensionsv1.JSON {
	written, _ := g.RGD.Schema.Status.JSON().(map[string]any)
	status := maps.Clone(written)
	delete(status, "conditions")
	if len(status) == 0 {
		return nil
	}
	return encoded(status)
}

func encoded(v any) *apiextensionsv1.JSON {
	raw, err := json.Marshal(v)
	if err != nil { // what was read from YAML can be written
		return nil
	}
	return &apiextensionsv1.JSON{Raw: raw}
}

// digestOf stands for what an RGD says, whatever its comments and its metadata are.
func digestOf(g *graph.Graph) string {
	raw, err := json.Marshal(g.RGD.Node.Get("spec").JSON())
	if err != nil {
		raw = []byte(g.RGD.Name)
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}
