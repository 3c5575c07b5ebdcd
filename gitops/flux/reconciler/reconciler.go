package reconciler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/jitter"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/fetch"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/flux/publish"
)

// FieldManager is the field manager of everything that is written.
const FieldManager = "flux-controller"

// Options say how to reconcile.
type Options struct {
	// NoCrossNamespaceRefs refuses sources of other namespaces.
	NoCrossNamespaceRefs bool
	// Limits bound what is fetched.
	Limits fetch.Limits
	// Selector chooses the GraphArtifacts of this shard; nil is all.
	Selector labels.Selector
}

// Reconciler reconciles GraphArtifacts. All fields but Options, Crash and Metrics must be set.
type Reconciler struct {
	// Client reads Observations, sources and consumers from a cache, and writes.
	Client client.Client
	// Reader reads from the API server.
	Reader client.Reader
	// Renderer renders.
	Renderer *hydrate.Renderer
	// Store keeps artifacts.
	Store *publish.Store
	// HTTP fetches the artifacts of sources.
	HTTP *http.Client
	// Events takes events, with annotations as metadata.
	Events record.EventRecorder
	// Clock tells the time.
	Clock clock.PassiveClock
	// Options are those of the controller.
	Options Options
	// Metrics are counted when they are set.
	Metrics *Metrics
	// Crash is called just before each write with its name: see [Points]. Tests end the process there. May be nil.
	Crash func(point string)

	// consumers says that the API server has Kustomizations.
	consumers bool
}

// attempt is one reconcile of one GraphArtifact.
type attempt struct {
	*Reconciler

	graph *v1alpha1.GraphArtifact
	// written is the GraphArtifact as the API server has it.
	written *v1alpha1.GraphArtifact
	// before is the GraphArtifact as the attempt found it.
	before *v1alpha1.GraphArtifact
	force  bool
	// artifactUID is that of the ExternalArtifact, once it is known.
	artifactUID types.UID
	// origin is the revision of the source, once it is known.
	origin string
	// published says that this attempt has changed the ExternalArtifact.
	published bool
}

// Reconcile looks at one GraphArtifact.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	g := &v1alpha1.GraphArtifact{}
	if err := r.Reader.Get(ctx, request.NamespacedName, g); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.Metrics.forget(request.NamespacedName)
			return ctrl.Result{}, nil
		}
		return ctrl.Result{}, fmt.Errorf("read GraphArtifact %s: %w", request.NamespacedName, err)
	}
	if r.Options.Selector != nil && !r.Options.Selector.Matches(labels.Set(g.Labels)) {
		return ctrl.Result{}, nil
	}
	start := r.Clock.Now()
	defer func() { r.Metrics.reconciled(g, r.Clock.Since(start)) }()
	a := &attempt{Reconciler: r, graph: g, written: g.DeepCopy(), before: g.DeepCopy()}
	if !g.DeletionTimestamp.IsZero() {
		return a.finalize(ctx)
	}
	if err := a.adopt(ctx); err != nil {
		return ctrl.Result{}, err
	}
	if g.Spec.Suspend {
		return ctrl.Result{}, nil
	}
	a.force = forced(g)
	within, cancel := context.WithTimeout(ctx, g.GetTimeout())
	found, err := a.run(within)
	cancel()
	return a.finish(ctx, found, err)
}

// adopt puts the finalizer on a GraphArtifact.
func (a *attempt) adopt(ctx context.Context) error {
	if controllerutil.ContainsFinalizer(a.graph, v1alpha1.Finalizer) {
		return nil
	}
	controllerutil.AddFinalizer(a.graph, v1alpha1.Finalizer)
	a.at(PointFinalizer)
	if err := a.Client.Patch(ctx, a.graph, client.MergeFromWithOptions(a.written, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("put the finalizer on %s: %w", a.name(), err)
	}
	a.written = a.graph.DeepCopy()
	return nil
}

// finish writes down what came of an attempt.
func (a *attempt) finish(ctx context.Context, found *finding, err error) (ctrl.Result, error) {
	var p *problem
	if err != nil && !errors.As(err, &p) {
		p = &problem{reason: meta.ReconciliationFailedReason, err: err}
	}
	a.handle()
	a.conclude(found, p)
	if e := a.save(ctx, PointStatus); e != nil {
		return ctrl.Result{}, errors.Join(err, e)
	}
	a.tell(found, p)
	var after time.Duration
	switch {
	case p == nil:
		after = a.graph.GetRequeueAfter()
	case p.reason == meta.ReconciliationFailedReason:
		return ctrl.Result{}, err // with backoff
	case p.stalled:
		after = a.graph.GetRequeueAfter()
	default:
		after = a.graph.GetRetryInterval()
	}
	return jitter.JitteredRequeueInterval(ctrl.Result{RequeueAfter: after}), nil
}

// save writes the status when it differs from what stands there.
func (a *attempt) save(ctx context.Context, point string) error {
	if equality.Semantic.DeepEqual(a.graph.Status, a.written.Status) {
		return nil
	}
	a.at(point)
	patch := client.MergeFromWithOptions(a.written, client.MergeFromWithOptimisticLock{})
	if err := a.Client.Status().Patch(ctx, a.graph, patch, client.FieldOwner(FieldManager)); err != nil {
		return fmt.Errorf("write the status of %s: %w", a.name(), err)
	}
	a.written = a.graph.DeepCopy()
	return nil
}

// forced says that somebody asks to do everything again.
func forced(g *v1alpha1.GraphArtifact) bool {
	asked := g.Annotations[meta.ForceRequestAnnotation]
	return asked != "" && asked == g.Annotations[meta.ReconcileRequestAnnotation] && asked != g.Status.LastHandledForceAt
}

// handle notes the requests that this attempt answers.
func (a *attempt) handle() {
	if asked, ok := meta.ReconcileAnnotationValue(a.graph.Annotations); ok {
		a.graph.Status.LastHandledReconcileAt = asked
	}
	if a.force {
		a.graph.Status.LastHandledForceAt = a.graph.Annotations[meta.ForceRequestAnnotation]
	}
}

func (a *attempt) name() string {
	return "GraphArtifact " + client.ObjectKeyFromObject(a.graph).String()
}
