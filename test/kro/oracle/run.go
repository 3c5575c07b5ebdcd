package oracle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubernetes-sigs/kro/pkg/graph"
	"github.com/kubernetes-sigs/kro/pkg/runtime"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// reconcile is one pass over the nodes of an instance.
type reconcile struct {
	mode     trial.Mode
	observed map[string]map[int]map[string]any // by node and item
	store    store
	result   *trial.Result
}

// run resolves every node in topological order and observes it as the case says, then
// projects the status. An error is a broken case, not an answer.
func (b *built) run(c trial.Case, k *cluster, result *trial.Result) error {
	instance := &unstructured.Unstructured{Object: result.Instance}
	b.prepare()
	rt, err := runtime.FromGraph(b.graph, config(), runtime.WithInstance(instance.DeepCopy()))
	if err != nil {
		return fmt.Errorf("starting kro's runtime: %w", err)
	}
	r := &reconcile{mode: c.Mode, result: result, observed: map[string]map[int]map[string]any{}}
	namespaced := func(u *unstructured.Unstructured) bool {
		found, err := k.lookup(u.GroupVersionKind())
		return err == nil && found.namespaced
	}
	if r.store, err = newStore(c.Objects, namespaced, instance.GetNamespace()); err != nil {
		return err
	}
	for _, o := range c.Observed {
		object, err := manifest.Decode(o.Object)
		if err != nil {
			return err
		}
		if r.observed[o.Node] == nil {
			r.observed[o.Node] = map[int]map[string]any{}
		}
		r.observed[o.Node][o.Index] = object
	}
	for _, node := range rt.Nodes() {
		id := node.Spec.Meta.ID
		answer := r.node(node)
		answer.Kind = result.Nodes[id].Kind
		result.Nodes[id] = answer
	}
	r.judge()
	return r.status(rt)
}

// node is what kro's controller does with one node in one pass.
func (r *reconcile) node(node *runtime.Node) trial.Node {
	ignored, err := node.IsIgnored()
	if err != nil {
		return failed(err)
	}
	if ignored {
		return trial.Node{State: trial.Ignored, Ready: true}
	}
	desired, err := node.GetDesired()
	if err != nil {
		return failed(err)
	}
	answer := trial.Node{State: trial.Resolved}
	if answer.Objects, err = contents(desired); err != nil {
		return failed(err) // no JSON, so it cannot be applied
	}
	observed, err := r.observe(node, desired)
	if err != nil {
		return failed(err)
	}
	if observed != nil {
		if answer.Observed, err = contents(observed); err != nil {
			return failed(err)
		}
		node.SetObserved(observed)
	}
	switch err := node.CheckReadiness(); {
	case err == nil:
		answer.Ready = true
	case !errors.Is(err, runtime.ErrWaitingForReadiness):
		return failed(err)
	}
	return answer
}

func failed(err error) trial.Node {
	state := trial.Fatal
	if runtime.IsDataPending(err) {
		state = trial.Pending
	}
	return trial.Node{State: state, Message: err.Error()}
}

// observe is what a read of the cluster answers for a resolved node; nil is nothing.
func (r *reconcile) observe(node *runtime.Node, desired []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	id := node.Spec.Meta.ID
	switch node.Spec.Meta.Type {
	case graph.NodeTypeExternal:
		if object := r.store.get(desired[0]); object != nil {
			return []*unstructured.Unstructured{object.DeepCopy()}, nil
		}
		return nil, nil
	case graph.NodeTypeExternalCollection:
		return r.store.list(id, desired[0])
	case graph.NodeTypeCollection, graph.NodeTypeResource, graph.NodeTypeInstance:
	}
	var live []*unstructured.Unstructured
	if node.Spec.Meta.Type == graph.NodeTypeCollection {
		live = []*unstructured.Unstructured{}
	}
	for i, object := range desired {
		said, ok := r.observed[id][i]
		if !ok && r.mode == trial.Given {
			continue
		}
		echo := object.DeepCopy()
		unstamped(echo)
		overlay(echo.Object, said)
		live = append(live, echo)
	}
	return live, nil
}

// overlay writes what was observed over what was desired: maps key by key, the rest whole.
func overlay(onto, from map[string]any) {
	for key, value := range from {
		inner, isMap := value.(map[string]any)
		below, hasMap := onto[key].(map[string]any)
		if isMap && hasMap {
			overlay(below, inner)
			continue
		}
		onto[key] = value
	}
}

func contents(objects []*unstructured.Unstructured) ([]map[string]any, error) {
	all := []map[string]any{}
	for _, object := range objects {
		copied, err := manifest.NormalMap(object.Object)
		if err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{Object: copied}
		unstamped(u)
		all = append(all, u.Object)
	}
	return all, nil
}

// judge turns fatal nodes, and two nodes that mean the same object, into a verdict.
func (r *reconcile) judge() {
	owner := map[string]string{}
	var problems []string
	for _, id := range r.result.Order {
		node := r.result.Nodes[id]
		if node.State == trial.Fatal {
			problems = append(problems, id+": "+node.Message)
		}
		if node.Kind != trial.Resource && node.Kind != trial.Collection {
			continue
		}
		for _, object := range node.Objects {
			u := &unstructured.Unstructured{Object: object}
			key := strings.Join([]string{u.GroupVersionKind().String(), u.GetNamespace(), u.GetName()}, "/")
			if other, taken := owner[key]; taken {
				problems = append(problems, fmt.Sprintf("found resources with conflicts: resourceID: %s conflicts with resourceID: %s", id, other))
			}
			owner[key] = id
		}
	}
	if len(problems) > 0 {
		slices.Sort(problems)
		r.result.Verdict = trial.Verdict{Stage: trial.StageRun, Error: strings.Join(problems, "\n")}
	}
}
