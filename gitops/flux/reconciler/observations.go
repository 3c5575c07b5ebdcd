package reconciler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/acl"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/observe/demand"
)

// observe writes the Observations that a decision needs, and deletes those that nobody needs any more.
func (a *attempt) observe(ctx context.Context, r *hydrate.Rendering, d *decision.Decision, present []v1alpha1.Observation) error {
	wanted := a.wanted(r, d, present)
	there := map[string]*v1alpha1.Observation{}
	for i := range present {
		there[present[i].Name] = &present[i]
	}
	for i := range wanted {
		o := &wanted[i]
		old := there[o.Name]
		delete(there, o.Name)
		if err := a.renew(ctx, old, o); err != nil {
			return err
		}
	}
	for i := range present {
		if there[present[i].Name] == nil {
			continue
		}
		if err := a.forget(ctx, &present[i]); err != nil {
			return err
		}
	}
	return nil
}

// renew makes an Observation what it is to be; old is nil when there is none of this GraphArtifact.
func (a *attempt) renew(ctx context.Context, old, o *v1alpha1.Observation) error {
	switch {
	case old == nil:
		if err := a.unclaimed(ctx, o); err != nil {
			return err
		}
	case old.Spec.Instance != o.Spec.Instance:
		// An Observation is of one version of an instance for good.
		if err := a.forget(ctx, old); err != nil {
			return err
		}
	case equality.Semantic.DeepEqual(old.Spec, o.Spec) && maps.Equal(old.Labels, o.Labels):
		return nil
	}
	return a.apply(ctx, o)
}

// unclaimed refuses an instance that another GraphArtifact of the namespace delivers: two owners would take each other's
// Observation for ever.
func (a *attempt) unclaimed(ctx context.Context, o *v1alpha1.Observation) error {
	there := &v1alpha1.Observation{}
	if err := a.Reader.Get(ctx, client.ObjectKeyFromObject(o), there); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("read Observation %s/%s: %w", o.Namespace, o.Name, err)
	}
	owner := there.Labels[v1alpha1.GraphArtifactLabel]
	if owner == a.graph.Name {
		return nil
	}
	if owner == "" {
		owner = "nobody that this controller knows"
	} else {
		owner = "GraphArtifact " + owner
	}
	return &problem{reason: acl.AccessDeniedReason, stalled: true, err: fmt.Errorf(
		"the Observation %s/%s of %s belongs to %s: an instance has one owner", o.Namespace, o.Name, instanceOf(o.Spec.Instance), owner,
	)}
}

// apply writes one Observation.
func (a *attempt) apply(ctx context.Context, o *v1alpha1.Observation) error {
	yes := true
	o.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.GraphArtifactKind, Name: a.graph.Name, UID: a.graph.UID, Controller: &yes,
	}}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return fmt.Errorf("write Observation %s: %w", o.Name, err)
	}
	u := &unstructured.Unstructured{Object: fields}
	unstructured.RemoveNestedField(u.Object, "status")
	unstructured.RemoveNestedField(u.Object, "metadata", "creationTimestamp")
	a.at(PointObservation)
	err = a.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(FieldManager))
	if err != nil {
		return fmt.Errorf("apply Observation %s/%s: %w", o.Namespace, o.Name, err)
	}
	return nil
}

// forget deletes one Observation.
func (a *attempt) forget(ctx context.Context, o *v1alpha1.Observation) error {
	a.at(PointForget)
	if err := a.Client.Delete(ctx, o); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete Observation %s/%s: %w", o.Namespace, o.Name, err)
	}
	return nil
}

// wanted are the Observations of a decision: what the render asks for, and what was delivered and is to be gone.
func (a *attempt) wanted(r *hydrate.Rendering, d *decision.Decision, present []v1alpha1.Observation) []v1alpha1.Observation {
	var all []v1alpha1.Observation
	asked := map[string]bool{} // by ID
	at := map[string]int{}     // by the instance
	placed := map[string]bool{}
	for _, m := range d.Manifests {
		placed[m.ID] = true
	}
	if r != nil {
		for _, o := range r.Observations {
			at[instanceOf(o.Spec.Instance)] = len(all)
			asked[hydrate.InstanceID(o.Spec.Instance)] = true
			for i := range o.Spec.Nodes {
				n := &o.Spec.Nodes[i]
				id := hydrate.ID(*n)
				asked[id] = true
				switch {
				case n.Delivery == v1alpha1.External:
				case placed[id]:
					n.Delivery = v1alpha1.Delivered
				case n.Delivery == v1alpha1.Delivered:
					n.Delivery = v1alpha1.Waiting
				}
			}
			all = append(all, o)
		}
	}
	for _, e := range d.Inventory("") {
		if e.Instance == "" || asked[e.ID] {
			continue
		}
		i, ok := at[e.Instance]
		if !ok {
			i = len(all)
			at[e.Instance] = i
			all = append(all, a.leaving(e, d, present))
		}
		if e.Node != "" {
			all[i].Spec.Nodes = append(all[i].Spec.Nodes, leavingNode(e))
		}
	}
	return all
}

// instanceOf is an instance as an inventory names it.
func instanceOf(i v1alpha1.InstanceReference) string {
	group := schema.FromAPIVersionAndKind(i.APIVersion, i.Kind).Group
	parts := []string{i.Kind + "." + group, i.Namespace, i.Name}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "/")
}

// leaving is the Observation of an instance that Git has given up.
func (a *attempt) leaving(e v1alpha1.InventoryEntry, d *decision.Decision, present []v1alpha1.Observation) v1alpha1.Observation {
	for i := range present {
		if o := &present[i]; instanceOf(o.Spec.Instance) == e.Instance {
			return a.emptied(o.Spec.Instance, o.Spec.RGD)
		}
	}
	kind, rest, _ := strings.Cut(e.Instance, "/")
	kind, group, _ := strings.Cut(kind, ".")
	ref := v1alpha1.InstanceReference{Kind: kind, Name: rest}
	if namespace, name, ok := strings.Cut(rest, "/"); ok {
		ref.Namespace, ref.Name = namespace, name
	}
	version := "v1alpha1"
	for _, other := range d.Inventory("") {
		if other.Instance == e.Instance && other.Node == "" {
			version = other.Version
		}
	}
	ref.APIVersion = schema.GroupVersion{Group: group, Version: version}.String()
	return a.emptied(ref, v1alpha1.RGDReference{Name: "unknown", Digest: "sha256:" + strings.Repeat("0", 2*sha256.Size)})
}

// emptied is an Observation that asks for nothing but the instance.
func (a *attempt) emptied(i v1alpha1.InstanceReference, rgd v1alpha1.RGDReference) v1alpha1.Observation {
	o := v1alpha1.Observation{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.ObservationKind},
		Spec:     v1alpha1.ObservationSpec{Instance: i, RGD: rgd, ServiceAccountName: a.graph.Spec.ServiceAccountName},
	}
	o.Name, o.Namespace = demand.Name(i), a.graph.Namespace
	o.Labels = a.labels()
	return o
}

// labels are those of the Observations: those that assign the GraphArtifact to a shard count for them, too.
func (a *attempt) labels() map[string]string {
	all := map[string]string{v1alpha1.GraphArtifactLabel: a.graph.Name}
	if a.Options.Selector == nil {
		return all
	}
	requirements, _ := a.Options.Selector.Requirements()
	for _, r := range requirements {
		if value, ok := a.graph.Labels[r.Key()]; ok {
			all[r.Key()] = value
		}
	}
	return all
}

// leavingNode is a node whose object is to be gone. Its id is no id of a resource, so that no expression reads it.
func leavingNode(e v1alpha1.InventoryEntry) v1alpha1.ObservedNode {
	const digits = 12
	sum := sha256.Sum256([]byte(e.ID))
	n := v1alpha1.ObservedNode{
		ID: "leaving-" + hex.EncodeToString(sum[:])[:digits], Delivery: v1alpha1.Withdrawn, Readiness: v1alpha1.Exists,
	}
	i := decision.ParseID(e.ID)
	n.Namespace, n.Name = i.Namespace, i.Name
	n.Kind, n.APIVersion = i.Kind, schema.GroupVersion{Group: i.Group, Version: e.Version}.String()
	return n
}
