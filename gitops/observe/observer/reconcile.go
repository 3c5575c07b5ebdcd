package observer

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/projection"
	"github.com/krowave/krowave/gitops/observe/readiness"
	"github.com/krowave/krowave/gitops/observe/watch"
)

// What of an instance is read besides the fields that expressions need.
const (
	statusField  = "status"
	createdField = "metadata.creationTimestamp"
)

// Reconcile looks at one Observation.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	o := &v1alpha1.Observation{}
	err := r.Client.Get(ctx, request.NamespacedName, o)
	if apierrors.IsNotFound(err) || err == nil && o.DeletionTimestamp != nil {
		r.watcher.Forget(request.NamespacedName)
		r.written.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("get Observation %s: %w", request.NamespacedName, err)
	}
	if o.Spec.Suspend {
		r.watcher.Forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if r.written.isStale(o) {
		return ctrl.Result{}, nil // what was written comes, and with it the next look
	}
	t := r.targets(o)
	r.watcher.Ask(request.NamespacedName, t.list)
	look := r.look(o, t)
	if err := r.write(ctx, o, look); err != nil {
		return ctrl.Result{}, err
	}
	if err := r.writeInstance(ctx, o, look); err != nil {
		return ctrl.Result{}, err
	}
	if r.Notify != nil {
		r.Notify(ctx, o)
	}
	return ctrl.Result{RequeueAfter: look.retry}, nil
}

// targets are what an Observation asks of the cluster.
type targets struct {
	list []watch.Target
}

// instance is the first target, node the one of a node.
func (t targets) instance() watch.Target  { return t.list[0] }
func (t targets) node(i int) watch.Target { return t.list[i+1] }

// targets translates a spec.
func (r *Reconciler) targets(o *v1alpha1.Observation) targets {
	var identity watch.Identity
	switch {
	case o.Spec.ServiceAccountName != "":
		identity = watch.Identity{Namespace: o.Namespace, Name: o.Spec.ServiceAccountName}
	case r.options.DefaultServiceAccount != "":
		identity = watch.Identity{Namespace: o.Namespace, Name: r.options.DefaultServiceAccount}
	}
	i := o.Spec.Instance
	t := targets{list: make([]watch.Target, 0, len(o.Spec.Nodes)+1)}
	t.list = append(t.list, watch.Target{
		Identity: identity, Kind: schema.FromAPIVersionAndKind(i.APIVersion, i.Kind), Namespace: i.Namespace, Name: i.Name,
		Fields: append([]string{statusField, createdField}, o.Spec.InstanceFields...),
	})
	for j := range o.Spec.Nodes {
		n := &o.Spec.Nodes[j]
		target := watch.Target{
			Identity: identity, Kind: schema.FromAPIVersionAndKind(n.APIVersion, n.Kind), Namespace: n.Namespace, Name: n.Name, Fields: n.Fields,
		}
		if n.Selector != nil {
			target.Selector = metav1.FormatLabelSelector(n.Selector)
			if target.Selector == "<none>" {
				target.Selector = ""
			}
		}
		t.list = append(t.list, target)
	}
	return t
}

// look is what one look at the cluster brings.
type look struct {
	status v1alpha1.ObservationStatus
	// instance is .status of the instance as it should be, nil when it is not to be written.
	instance map[string]any
	// live is the instance as it stands.
	live *watch.Object
	// retry is when to look again although nothing changes; 0 for never.
	retry time.Duration
}

// look answers all nodes and evaluates the status.
func (r *Reconciler) look(o *v1alpha1.Observation, t targets) look {
	now := metav1.NewTime(r.options.Clock.Now().Truncate(time.Second))
	c := &composer{ready: r.ready, now: now}
	out := look{status: v1alpha1.ObservationStatus{ObservedGeneration: o.Generation}}
	failing := ""
	answer := func(target watch.Target) watch.Answer {
		a := r.watcher.Look(target)
		if a.RetryAfter > 0 && (out.retry == 0 || a.RetryAfter < out.retry) {
			out.retry = a.RetryAfter
		}
		if a.State == watch.Failed {
			failing = a.Message
		}
		return a
	}
	previous := index(o.Status.Nodes)
	for i := range o.Spec.Nodes {
		asked := &o.Spec.Nodes[i]
		a := answer(t.node(i))
		if n := c.node(asked, &a, previous[keyOf(asked.ID, asked.Item)]); n != nil {
			out.status.Nodes = append(out.status.Nodes, *n)
		}
	}
	a := answer(t.instance())
	instance := instanceNode(&o.Spec)
	out.status.Instance = c.node(instance, &a, o.Status.Instance)
	if a.State == watch.Known && len(a.Objects) > 0 && !a.Objects[0].Deleting {
		out.live = a.Objects[0]
	}
	if n := out.status.Instance; n != nil && n.Reason == readiness.ReasonNotFound && len(n.Objects) == 0 {
		out.status.Instance = nil
	}
	problems := r.evaluate(o, &out, now.Time)
	found := findings(&o.Spec, &out.status)
	if failing != "" {
		found = append(found, finding{reason: reasonUnreachable, message: failing})
	}
	for _, p := range problems {
		found = append(found, finding{reason: readiness.ReasonExpressionFailed, message: p})
	}
	out.status.Conditions = conditions(o.Status.Conditions, o.Generation, worst(found), now)
	return out
}

// instanceNode asks for the instance as if it were a node.
func instanceNode(spec *v1alpha1.ObservationSpec) *v1alpha1.ObservedNode {
	i := spec.Instance
	return &v1alpha1.ObservedNode{
		APIVersion: i.APIVersion, Kind: i.Kind, Namespace: i.Namespace, Name: i.Name, Fields: spec.InstanceFields, Readiness: v1alpha1.Exists,
	}
}

// evaluate evaluates the status of the RGD and answers what could not be.
func (r *Reconciler) evaluate(o *v1alpha1.Observation, l *look, now time.Time) []string {
	in := projection.Input{Spec: &o.Spec, Known: &l.status, Now: now}
	complete := len(l.status.Nodes) == len(o.Spec.Nodes)
	if l.live != nil {
		in.Instance = r.written.instance(client.ObjectKeyFromObject(o), l.live)
	}
	result := r.status.Evaluate(in)
	l.status.State = result.State
	if len(result.Projection) > 0 {
		if raw, err := json.Marshal(result.Projection); err == nil {
			l.status.Projection = &apiextensionsv1.JSON{Raw: raw}
		}
	}
	if in.Instance != nil && complete && !projection.Same(in.Instance.Status, result.Status) {
		l.instance = result.Status
	}
	return result.Problems
}

// nodeKey tells nodes apart.
type nodeKey struct {
	id   string
	item int32
}

func keyOf(id string, item *int32) nodeKey {
	if item == nil {
		return nodeKey{id: id, item: -1}
	}
	return nodeKey{id: id, item: *item}
}

func index(nodes []v1alpha1.NodeObservation) map[nodeKey]*v1alpha1.NodeObservation {
	all := make(map[nodeKey]*v1alpha1.NodeObservation, len(nodes))
	for i := range nodes {
		all[keyOf(nodes[i].ID, nodes[i].Item)] = &nodes[i]
	}
	return all
}

// write writes the status of an Observation if it differs.
func (r *Reconciler) write(ctx context.Context, o *v1alpha1.Observation, l look) error {
	if sameStatus(&o.Status, &l.status) {
		return nil
	}
	u, err := onlyStatus(v1alpha1.GroupVersion().WithKind(v1alpha1.ObservationKind), o.Namespace, o.Name, l.status)
	if err != nil {
		return err
	}
	err = r.Client.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(FieldManager))
	if apierrors.IsNotFound(err) {
		return nil // it was deleted, and the next look finds that out
	}
	if err != nil {
		return fmt.Errorf("write the status of Observation %s/%s: %w", o.Namespace, o.Name, err)
	}
	r.metrics.wrote("observation")
	r.written.remember(o, u.GetResourceVersion())
	o.Status = l.status
	o.ResourceVersion = u.GetResourceVersion()
	return nil
}

// writeInstance writes .status of the instance if it differs.
func (r *Reconciler) writeInstance(ctx context.Context, o *v1alpha1.Observation, l look) error {
	if l.instance == nil {
		return nil
	}
	i := o.Spec.Instance
	u, err := onlyStatus(schema.FromAPIVersionAndKind(i.APIVersion, i.Kind), i.Namespace, i.Name, l.instance)
	if err != nil {
		return err
	}
	u.SetUID(types.UID(l.live.UID))
	err = r.Client.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(FieldManager))
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		log.FromContext(ctx).V(1).Info("the instance has gone before its status was written", "instance", i.Kind+"/"+i.Name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("write the status of %s %s/%s: %w", i.Kind, i.Namespace, i.Name, err)
	}
	r.metrics.wrote("instance")
	written, _ := u.Object["status"].(map[string]any)
	r.written.rememberInstance(client.ObjectKeyFromObject(o), u.GetResourceVersion(), written)
	return nil
}

// sameStatus compares as JSON: what the API server gives back may be written otherwise than it was sent.
func sameStatus(a, b *v1alpha1.ObservationStatus) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false
	}
	if string(x) == string(y) {
		return true
	}
	var v, w any
	return json.Unmarshal(x, &v) == nil && json.Unmarshal(y, &w) == nil && reflect.DeepEqual(v, w)
}
