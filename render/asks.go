package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
)

// Ask is what one instance needs to know of the cluster. An instance of a nested RGD has an Ask of its own.
type Ask struct {
	// Instance is the position in [Result.Instances] of the instance of the input that this one belongs to, or is.
	Instance int
	// Address is empty for an instance of the input; of one of a nested RGD it is its address in that instance, such as parts[2].
	Address string
	// GVK, Namespace and Name name the instance. Namespace is empty for a cluster-scoped one.
	GVK             schema.GroupVersionKind
	Namespace, Name string
	// Graph is its RGD.
	Graph *graph.Graph
	// Nodes are the objects in the order in which they are applied, those of nested instances left out.
	Nodes []AskedNode
	// Fields are the places of the instance itself that are read.
	Fields []fieldpath.Path
}

// AskedNode is one object that an instance is made of or reads, or the objects that a selector chooses.
type AskedNode struct {
	Base *graph.Base
	// Item is the position in a collection, or -1.
	Item int
	// Namespace is empty for cluster-scoped objects and, with a selector, for all namespaces.
	Namespace string
	// Name is empty when there is a Selector.
	Name string
	// Selector chooses the objects of an external collection.
	Selector *metav1.LabelSelector
	// Held reports that the object is not part of the result. An external object is not held.
	Held bool
	// Fields are the places that any expression reads. No place lies in another; they are sorted.
	Fields []fieldpath.Path
}

// External reports an object that somebody else owns.
func (n AskedNode) External() bool { return n.Base.Source.External != nil }

// Asks are what the instances of a result need to know of the cluster, in the order of the instances and, of those
// that one contains, sorted by their addresses. A render that puts out RGDs as they are asks for nothing: kro looks.
func (p *Program) Asks(r *Result) []Ask {
	if p.options.mode() == Passthrough {
		return nil
	}
	a := asker{reads: map[*graph.Graph]*graph.Reads{}}
	var all []Ask
	for i, instance := range r.Instances {
		program := p.instanceOf(instance.At)
		if program == nil {
			continue
		}
		all = append(all, a.instance(i, instance, program.Graph)...)
	}
	return all
}

// asker finds out what is asked. It looks at each RGD once.
type asker struct {
	reads map[*graph.Graph]*graph.Reads
	asks  map[string]*Ask // of one instance, by what their nodes call Above
}

// instance is the ask of an instance of the input, and those of the instances that it contains.
func (a *asker) instance(at int, i Instance, g *graph.Graph) []Ask {
	a.asks = map[string]*Ask{}
	top := Ask{Instance: at, GVK: g.InstanceGVK(), Graph: g}
	top.Namespace, top.Name = i.Names()
	order := []*Ask{a.add("", top)}
	for _, o := range i.objects {
		if o.Program != nil {
			nested := Ask{Instance: at, Address: addressOf(o), GVK: o.Program.Graph.InstanceGVK(), Graph: o.Program.Graph}
			nested.Namespace, nested.Name = namesOf(o.Value)
			order = append(order, a.add(nested.Address+"/", nested))
		}
	}
	for _, o := range i.objects {
		n := AskedNode{Base: o.Base, Item: o.Item}
		n.Namespace, n.Name = namesOf(o.Value)
		a.node(o.Above, n)
	}
	for _, w := range i.wanted {
		a.node(w.Above, AskedNode{
			Base: w.Base, Item: w.Item, Namespace: w.Namespace, Name: w.Name, Selector: w.Selector, Held: w.Base.Source.External == nil,
		})
	}
	slices.SortStableFunc(order, func(x, y *Ask) int { return strings.Compare(x.Address, y.Address) })
	asks := make([]Ask, len(order))
	for i, ask := range order {
		ask.sort()
		asks[i] = *ask
	}
	return asks
}

// add begins an ask.
func (a *asker) add(above string, ask Ask) *Ask {
	if a.reads[ask.Graph] == nil {
		a.reads[ask.Graph] = ask.Graph.Reads()
	}
	ask.Fields = a.reads[ask.Graph].Instance
	a.asks[above] = &ask
	return &ask
}

func (a *asker) node(above string, n AskedNode) {
	ask := a.asks[above]
	if ask == nil {
		return
	}
	n.Fields = a.reads[ask.Graph].Nodes[n.Base.Index]
	ask.Nodes = append(ask.Nodes, n)
}

// sort puts the nodes in the order in which they are applied.
func (a *Ask) sort() {
	position := make([]int, len(a.Graph.Nodes))
	for at, i := range a.Graph.Order.Topological {
		position[i] = at
	}
	slices.SortStableFunc(a.Nodes, func(x, y AskedNode) int {
		return cmp.Or(position[x.Base.Index]-position[y.Base.Index], x.Item-y.Item)
	})
}

// addressOf is where the object of a node stands in its instance.
func addressOf(o eval.Object) string {
	if o.Item < 0 {
		return o.Above + o.Base.ID
	}
	return o.Above + o.Base.ID + "[" + strconv.Itoa(o.Item) + "]"
}

func namesOf(object map[string]any) (namespace, name string) {
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ = metadata["namespace"].(string)
	name, _ = metadata["name"].(string)
	return namespace, name
}
