package reconciler

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/runtime/jitter"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// finalize ends a GraphArtifact: what it delivered is withdrawn first, unless the user wants it to stay.
func (a *attempt) finalize(ctx context.Context) (ctrl.Result, error) {
	g := a.graph
	if !controllerutil.ContainsFinalizer(g, v1alpha1.Finalizer) {
		return ctrl.Result{}, nil
	}
	if !g.Spec.Suspend && g.Spec.DeletionPolicy != v1alpha1.DeletionOrphan {
		f, left, err := a.withdraw(ctx)
		if err != nil || left {
			result, e := a.finish(ctx, f, err)
			if err == nil {
				// Consumers and Observations wake us up; this is for a consumer that is taken away meanwhile.
				result = jitter.JitteredRequeueInterval(ctrl.Result{RequeueAfter: g.GetRetryInterval()})
			}
			return result, e
		}
	}
	return ctrl.Result{}, a.release(ctx)
}

// withdraw takes the next step of a deletion. Left says that there is more to come.
func (a *attempt) withdraw(ctx context.Context) (f *finding, left bool, err error) {
	s, err := a.look(ctx)
	if err != nil {
		return nil, true, err
	}
	if !s.consumers.exists() && a.consumers || s.artifact == nil {
		return nil, false, nil // there is nobody who would delete anything
	}
	f = &finding{}
	if f.decision, err = a.decide(nil, s, true); err != nil {
		return f, true, err
	}
	f.objects = len(f.decision.Manifests)
	a.report(f.decision)
	if len(f.decision.Inventory("")) == 0 && len(a.graph.Status.Inventory) == 0 {
		return f, false, nil
	}
	if err := a.observe(ctx, nil, f.decision, s.observations); err != nil {
		return f, true, err
	}
	if err := a.publish(ctx, f.decision, s); err != nil {
		return f, true, err
	}
	return f, len(f.decision.Inventory("")) > 0, nil
}

// release removes everything that is ours, and lets the GraphArtifact go.
func (a *attempt) release(ctx context.Context) error {
	var list v1alpha1.ObservationList
	err := a.Client.List(ctx, &list, client.InNamespace(a.graph.Namespace), client.MatchingLabels{v1alpha1.GraphArtifactLabel: a.graph.Name})
	if err != nil {
		return fmt.Errorf("list the Observations of %s: %w", a.name(), err)
	}
	for i := range list.Items {
		if err := a.forget(ctx, &list.Items[i]); err != nil {
			return err
		}
	}
	a.at(PointRemove)
	if err := a.external().Remove(ctx, a.graph); err != nil {
		return err //nolint:wrapcheck // it says what it does
	}
	a.at(PointClear)
	if err := a.Store.RemoveAll(a.graph); err != nil {
		return fmt.Errorf("remove the artifacts of %s: %w", a.name(), err)
	}
	controllerutil.RemoveFinalizer(a.graph, v1alpha1.Finalizer)
	a.at(PointFinalizerOff)
	if err := a.Client.Patch(ctx, a.graph, client.MergeFromWithOptions(a.written, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("take the finalizer off %s: %w", a.name(), client.IgnoreNotFound(err))
	}
	a.Metrics.forget(client.ObjectKeyFromObject(a.graph))
	return nil
}
