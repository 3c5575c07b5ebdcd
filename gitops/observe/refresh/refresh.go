package refresh

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/tracking"
)

// Notify is told of an Observation each time when somebody has looked at it, whether anything changed or not. It does not
// block, and does not keep the Observation.
type Notify func(ctx context.Context, o *v1alpha1.Observation)

// Patcher patches objects, as a client of controller-runtime does.
type Patcher interface {
	Patch(ctx context.Context, o client.Object, patch client.Patch, options ...client.PatchOption) error
}

// Defaults of [Options].
const (
	DefaultNamespace = "argocd"
	DefaultDelay     = time.Second
	DefaultInterval  = 10 * time.Second
)

// Options say how to ask. All but Client may be left out.
type Options struct {
	// Client patches Applications and Observations.
	Client Patcher
	// Namespace is Argo CD's own; "" is [DefaultNamespace].
	Namespace string
	// Delay is how long to wait for more changes; 0 is [DefaultDelay]. It also gives the plugin's own watch the time to see the value
	// before it is asked to render with it.
	Delay time.Duration
	// Interval is the shortest time between two requests for one Application; 0 is [DefaultInterval].
	Interval time.Duration
	// Clock tells the time; nil is the machine's.
	Clock clock.WithTicker
}

// Requester requests refreshes. It works while [Requester.Start] runs.
type Requester struct {
	options Options
	queue   workqueue.TypedDelayingInterface[string]
	retry   workqueue.TypedRateLimiter[string]

	mu      sync.Mutex
	pending map[string]map[types.NamespacedName]string // by the Application, the digests of its Observations
	last    map[string]time.Time                       // by the Application, the last request
}

// The waits between attempts that fail.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// New makes a requester.
func New(o Options) *Requester {
	o.Namespace = cmp.Or(o.Namespace, DefaultNamespace)
	o.Delay = cmp.Or(o.Delay, DefaultDelay)
	o.Interval = cmp.Or(o.Interval, DefaultInterval)
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return &Requester{
		options: o,
		queue:   workqueue.NewTypedDelayingQueueWithConfig(workqueue.TypedDelayingQueueConfig[string]{Clock: o.Clock}),
		retry:   workqueue.NewTypedItemExponentialFailureRateLimiter[string](firstRetry, lastRetry),
		pending: map[string]map[types.NamespacedName]string{}, last: map[string]time.Time{},
	}
}

// Notify implements the type of the same name. An Observation that Argo CD has not applied, or whose values it was asked to
// render with already, is none of its business.
func (r *Requester) Notify(ctx context.Context, o *v1alpha1.Observation) {
	application := tracking.Application(o, schema.GroupKind{Group: v1alpha1.Group, Kind: v1alpha1.ObservationKind})
	if application == "" {
		return
	}
	values, err := digest(o)
	if err != nil {
		log.FromContext(ctx).Error(err, "a refresh is not requested", "application", application)
		return
	}
	if values == o.GetAnnotations()[Annotation] {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending[application] == nil {
		r.pending[application] = map[types.NamespacedName]string{}
	}
	r.pending[application][client.ObjectKeyFromObject(o)] = values
	r.queue.AddAfter(application, r.options.Delay)
}

// Start requests refreshes until the context ends. It is a Runnable of controller-runtime, for the leader alone.
func (r *Requester) Start(ctx context.Context) error {
	stop := context.AfterFunc(ctx, r.queue.ShutDown)
	defer stop()
	for {
		application, over := r.queue.Get()
		if over {
			return nil
		}
		if wait := r.process(ctx, application); wait > 0 {
			r.queue.AddAfter(application, wait)
		}
		r.queue.Done(application)
	}
}

// process requests one refresh, unless it is too early. Wait is when to try again, 0 when there is nothing left to do.
func (r *Requester) process(ctx context.Context, application string) (wait time.Duration) {
	values, wait := r.due(application)
	if wait > 0 || len(values) == 0 {
		return wait
	}
	err := r.request(ctx, application)
	if gone(err) {
		r.done(application, values)
		return 0
	}
	if err == nil {
		r.requested(application)
		err = r.note(ctx, values)
	}
	if err != nil {
		log.FromContext(ctx).Error(err, "a refresh is requested again", "application", application)
		return r.retry.When(application)
	}
	r.done(application, values)
	r.retry.Forget(application)
	return 0
}

// due are the digests to request a refresh for, or how long that has to wait.
func (r *Requester) due(application string) (values map[types.NamespacedName]string, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[application]; ok {
		if wait = r.options.Interval - r.options.Clock.Since(last); wait > 0 {
			return nil, wait
		}
	}
	return maps.Clone(r.pending[application]), 0
}

// requested notes the time of a request, and forgets those that no request has to wait for any more.
func (r *Requester) requested(application string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.options.Clock.Now()
	maps.DeleteFunc(r.last, func(_ string, at time.Time) bool { return now.Sub(at) >= r.options.Interval })
	r.last[application] = now
}

// done forgets what was requested. What has changed meanwhile stays.
func (r *Requester) done(application string, values map[types.NamespacedName]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.pending[application], func(name types.NamespacedName, value string) bool { return values[name] == value })
	if len(r.pending[application]) == 0 {
		delete(r.pending, application)
		return
	}
	r.queue.AddAfter(application, r.options.Delay)
}

// request asks for the refresh of an Application.
func (r *Requester) request(ctx context.Context, application string) error {
	namespace, name := tracking.Split(application, r.options.Namespace)
	u := &unstructured.Unstructured{}
	u.SetAPIVersion("argoproj.io/v1alpha1")
	u.SetKind("Application")
	u.SetNamespace(namespace)
	u.SetName(name)
	if err := r.annotate(ctx, u, "argocd.argoproj.io/refresh", "hard"); err != nil {
		return fmt.Errorf("request a refresh of Application %s/%s: %w", namespace, name, err)
	}
	return nil
}

// note writes down for which values that was.
func (r *Requester) note(ctx context.Context, values map[types.NamespacedName]string) error {
	var failed []error
	for _, name := range slices.SortedFunc(maps.Keys(values), func(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) }) {
		o := &v1alpha1.Observation{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}}
		if err := r.annotate(ctx, o, Annotation, values[name]); err != nil && !gone(err) {
			failed = append(failed, fmt.Errorf("annotate Observation %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// owner is the field manager of the annotations.
const owner = "krowave-refresh"

func (r *Requester) annotate(ctx context.Context, o client.Object, key, value string) error {
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{key: value}}})
	if err != nil {
		return err
	}
	return r.options.Client.Patch(ctx, o, client.RawPatch(types.MergePatchType, data), client.FieldOwner(owner))
}

// gone reports that the object is not there, or that Argo CD is not.
func gone(err error) bool { return apierrors.IsNotFound(err) || meta.IsNoMatchError(err) }
