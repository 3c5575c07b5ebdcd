package reconciler

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/runtime/predicates"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// sourceIndex finds GraphArtifacts by their source.
const sourceIndex = ".metadata.source"

// Setup says how to run.
type Setup struct {
	// Concurrent is how many GraphArtifacts are worked on at a time.
	Concurrent int
	// RateLimiter spaces attempts that failed; nil is controller-runtime's.
	RateLimiter workqueue.TypedRateLimiter[reconcile.Request]
}

// SetupWithManager makes a manager run the Reconciler. Kinds of sources and consumers that the API server does not have are not
// watched; somebody who installs them later starts the controller again.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, o Setup) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.GraphArtifact{}, sourceIndex, func(o client.Object) []string {
		g, ok := o.(*v1alpha1.GraphArtifact)
		if !ok {
			return nil
		}
		return []string{g.Spec.SourceRef.Kind + "/" + sourceKey(g).String()}
	})
	if err != nil {
		return fmt.Errorf("index GraphArtifacts by their source: %w", err)
	}
	asked := predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicates.ReconcileRequestedPredicate{})
	b := ctrl.NewControllerManagedBy(mgr).Named("graphartifact").
		For(&v1alpha1.GraphArtifact{}, builder.WithPredicates(asked)).
		Watches(&v1alpha1.Observation{}, handler.EnqueueRequestsFromMapFunc(byLabel), builder.WithPredicates(observed())).
		WithOptions(controller.Options{MaxConcurrentReconciles: o.Concurrent, RateLimiter: o.RateLimiter})
	for _, kind := range []string{sourcev1.GitRepositoryKind, sourcev1.OCIRepositoryKind, sourcev1.BucketKind, sourcev1.ExternalArtifactKind} {
		there, err := served(mgr, sourcev1.GroupVersion.WithKind(kind).GroupKind().WithVersion("v1"))
		if err != nil {
			return err
		}
		if there {
			b = b.Watches(sources()[kind](), handler.EnqueueRequestsFromMapFunc(r.bySource(kind)), builder.WithPredicates(revised()))
		}
	}
	if r.consumers, err = served(mgr, consumerKind()); err != nil {
		return err
	}
	if r.consumers {
		k := &unstructured.Unstructured{}
		k.SetGroupVersionKind(consumerKind())
		b = b.Watches(k, handler.EnqueueRequestsFromMapFunc(r.byConsumer), builder.WithPredicates(settled()))
	}
	if err := b.Complete(r); err != nil {
		return fmt.Errorf("set up the reconciler of GraphArtifacts: %w", err)
	}
	return nil
}

// served says that the API server has a kind.
func served(mgr ctrl.Manager, kind schema.GroupVersionKind) (bool, error) {
	_, err := mgr.GetRESTMapper().RESTMapping(kind.GroupKind(), kind.Version)
	if apimeta.IsNoMatchError(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", kind, err)
	}
	return true, nil
}

// byLabel is the GraphArtifact that an Observation belongs to.
func byLabel(_ context.Context, o client.Object) []reconcile.Request {
	name := o.GetLabels()[v1alpha1.GraphArtifactLabel]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: name}}}
}

// bySource are the GraphArtifacts that render a source.
func (r *Reconciler) bySource(kind string) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		var list v1alpha1.GraphArtifactList
		key := kind + "/" + client.ObjectKeyFromObject(o).String()
		if err := r.Client.List(ctx, &list, client.MatchingFields{sourceIndex: key}); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "list the GraphArtifacts of a source", "source", key)
			return nil
		}
		var all []reconcile.Request
		for i := range list.Items {
			all = append(all, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
		return all
	}
}

// byConsumer is the GraphArtifact whose ExternalArtifact a Kustomization applies.
func (r *Reconciler) byConsumer(ctx context.Context, o client.Object) []reconcile.Request {
	k, ok := o.(*unstructured.Unstructured)
	if !ok {
		return nil
	}
	key, ok := consumed(k)
	if !ok {
		return nil
	}
	if err := r.Client.Get(ctx, key, &v1alpha1.GraphArtifact{}); err != nil {
		return nil // somebody else's ExternalArtifact
	}
	return []reconcile.Request{{NamespacedName: key}}
}

// observed is an Observation that somebody has answered.
func observed() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.Observation)
			after, is := e.ObjectNew.(*v1alpha1.Observation)
			return ok && is && !equality.Semantic.DeepEqual(before.Status, after.Status)
		},
		GenericFunc: func(event.GenericEvent) bool { return false },
	}
}

// revised is a source whose artifact is another one.
func revised() predicate.Predicate {
	digest := func(o client.Object) string {
		if s, ok := o.(source); ok && s.GetArtifact() != nil {
			return s.GetArtifact().Revision + " " + s.GetArtifact().Digest
		}
		return ""
	}
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool { return digest(e.Object) != "" },
		UpdateFunc: func(e event.UpdateEvent) bool {
			now := digest(e.ObjectNew)
			return now != "" && now != digest(e.ObjectOld)
		},
		DeleteFunc:  func(event.DeleteEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
	}
}

// settled is a Kustomization that says something else of what it has applied.
func settled() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok := e.ObjectOld.(*unstructured.Unstructured)
		after, is := e.ObjectNew.(*unstructured.Unstructured)
		if !ok || !is {
			return false
		}
		was, had := consumed(before)
		now, has := consumed(after)
		attempted, _, _ := unstructured.NestedString(after.Object, "status", "lastAttemptedRevision")
		return was != now || had != has || appliedBy(before, attempted) != appliedBy(after, attempted)
	}}
}
