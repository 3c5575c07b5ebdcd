package observer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/projection"
	"github.com/krowave/krowave/gitops/observe/readiness"
	"github.com/krowave/krowave/gitops/observe/watch"
	"github.com/krowave/krowave/render/expr"
)

// FieldManager is the field manager of every status that is written.
const FieldManager = "krowave-observer"

// Defaults of Options.
const (
	DefaultConcurrent = 4
	DefaultDelay      = 25 * time.Millisecond
)

// Options say how to observe. Their zero value works.
type Options struct {
	// Config is that of the controller's own identity; without it the manager's.
	Config *rest.Config
	// DefaultServiceAccount is whom an Observation without serviceAccountName is read as, in its own namespace; without it
	// the controller itself.
	DefaultServiceAccount string
	// ClusterWide says that the controller itself may read in all namespaces: then it needs one watch a kind.
	ClusterWide bool
	// Concurrent is how many Observations are worked on at a time; 0 is [DefaultConcurrent].
	Concurrent int
	// Delay is how long to wait for further changes before one is looked at; 0 is [DefaultDelay].
	Delay time.Duration
	// RateLimiter spaces attempts that failed; nil is controller-runtime's.
	RateLimiter workqueue.TypedRateLimiter[reconcile.Request]
	// Metrics is where metrics are registered; nil for nowhere.
	Metrics prometheus.Registerer
	// Clock tells the time; nil is the machine's.
	Clock clock.Clock
}

// Reconciler answers Observations. It works between SetupWithManager and the end of the manager.
type Reconciler struct {
	// Client reads Observations from a cache and writes status.
	Client client.Client
	// Notify is told of an Observation, with its new status, each time it was looked at. It must not block or keep it. May be nil.
	Notify func(context.Context, *v1alpha1.Observation)

	options Options
	watcher *watch.Watcher
	ready   *readiness.Evaluator
	status  *projection.Evaluator
	metrics *metrics
	queue   queue
	written written
}

// SetupWithManager makes a manager run the Reconciler.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, o Options) error {
	if o.Config == nil {
		o.Config = mgr.GetConfig()
	}
	if o.Concurrent == 0 {
		o.Concurrent = DefaultConcurrent
	}
	if o.Delay == 0 {
		o.Delay = DefaultDelay
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	if r.Client == nil {
		r.Client = mgr.GetClient()
	}
	language, err := expr.NewLanguage()
	if err != nil {
		return fmt.Errorf("set up the observer: %w", err)
	}
	r.options, r.queue.delay = o, o.Delay
	r.ready, r.status = readiness.NewEvaluator(language, 0), projection.New(language, 0)
	r.watcher = watch.New(watch.Options{Config: o.Config, Mapper: mgr.GetRESTMapper(), Notify: r.queue.changed, ClusterWide: o.ClusterWide, Clock: o.Clock})
	if r.metrics, err = newMetrics(o.Metrics, r.watcher); err != nil {
		return fmt.Errorf("register the metrics of the observer: %w", err)
	}
	if err := mgr.Add(&starter{reconciler: r, ready: mgr.GetCache().WaitForCacheSync}); err != nil {
		return fmt.Errorf("add the watches to the manager: %w", err)
	}
	err = ctrl.NewControllerManagedBy(mgr).Named("observation").For(&v1alpha1.Observation{}).
		WatchesRawSource(source.Func(r.queue.start)).
		WithOptions(controller.Options{MaxConcurrentReconciles: o.Concurrent, RateLimiter: o.RateLimiter}).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the observer: %w", err)
	}
	return nil
}

// starter asks everything that there is to ask before the first watch begins, so that each begins once.
type starter struct {
	reconciler *Reconciler
	ready      func(context.Context) bool
}

// NeedLeaderElection says that only a leader watches.
func (*starter) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (s *starter) Start(ctx context.Context) error {
	if !s.ready(ctx) {
		return nil // the process ends
	}
	r := s.reconciler
	var all v1alpha1.ObservationList
	if err := r.Client.List(ctx, &all, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list Observations: %w", err)
	}
	for i := range all.Items {
		o := &all.Items[i]
		if !o.Spec.Suspend && o.DeletionTimestamp == nil {
			r.watcher.Ask(client.ObjectKeyFromObject(o), r.targets(o).list)
		}
	}
	return r.watcher.Start(ctx) //nolint:wrapcheck // it says what it does
}

// queue takes what has changed to the controller.
type queue struct {
	delay time.Duration

	mu      sync.Mutex
	to      workqueue.TypedRateLimitingInterface[reconcile.Request]
	waiting map[types.NamespacedName]bool
}

// start is the source of the controller.
func (q *queue) start(_ context.Context, to workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.to = to
	for name := range q.waiting {
		to.Add(reconcile.Request{NamespacedName: name})
	}
	q.waiting = nil
	return nil
}

// changed puts an Observation into the queue. Changes that come while it waits there are one.
func (q *queue) changed(name types.NamespacedName) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.to != nil {
		q.to.AddAfter(reconcile.Request{NamespacedName: name}, q.delay)
		return
	}
	if q.waiting == nil {
		q.waiting = map[types.NamespacedName]bool{}
	}
	q.waiting[name] = true
}
