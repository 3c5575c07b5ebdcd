package feedback

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// resource is the name of Observations in paths of the API.
const resource = "observations"

// clientOf makes a client that knows Observations and nothing else.
func clientOf(config *rest.Config) (*rest.RESTClient, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	version := v1alpha1.GroupVersion()
	own := rest.CopyConfig(config)
	own.APIPath = "/apis"
	own.GroupVersion = &version
	own.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	own.ContentType = runtime.ContentTypeJSON
	own.WarningHandler = rest.NoWarnings{}
	own.QPS = -1 // one watch, and the server's own pace
	return rest.RESTClientFor(own)
}

// Feed is the Observations of one namespace, or of all. It is the store of a reflector, which says what there is and what becomes of it.
// It is safe for concurrent use.
type Feed struct {
	cache     *Cache
	client    *rest.RESTClient
	namespace string

	// What follows is guarded by the lock of the cache.
	synced bool  // everything was seen once
	broken error // why nothing is heard any more
}

// run lists and watches until the context ends.
func (s *Feed) run(ctx context.Context) {
	silent := logr.Discard()
	source := &toolscache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			list := &v1alpha1.ObservationList{}
			err := s.request(o).Do(ctx).Into(list)
			s.Heard(ctx, err)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.Watch = true
			w, err := s.request(o).Watch(ctx)
			s.Heard(ctx, err)
			return w, err
		},
	}
	r := toolscache.NewReflectorWithOptions(source, &v1alpha1.Observation{}, s, toolscache.ReflectorOptions{Name: resource, Logger: &silent})
	r.RunWithContext(logr.NewContext(ctx, silent))
}

func (s *Feed) request(o metav1.ListOptions) *rest.Request {
	return s.client.Get().NamespaceIfScoped(s.namespace, s.namespace != "").Resource(resource).VersionedParams(&o, metav1.ParameterCodec)
}

// Heard notes whether the server has answered. While it has not, the cache has no answer either.
func (s *Feed) Heard(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.cache.mu.Lock()
	before := s.broken
	s.broken = err
	s.wake()
	s.cache.mu.Unlock()
	switch log := s.cache.options.Log; {
	case err != nil && (before == nil || before.Error() != err.Error()):
		log.WarnContext(ctx, "observations lost", "namespace", s.namespace, "error", err.Error())
	case err == nil && before != nil:
		log.InfoContext(ctx, "observations are back", "namespace", s.namespace)
	}
}

// wake lets those look again who wait for a cache in sync. The lock is held.
func (s *Feed) wake() {
	close(s.cache.changed)
	s.cache.changed = make(chan struct{})
}

// errKind says that the server sent something else than what it was asked for.
var errKind = errors.New("not an Observation")

// Add implements the store of a reflector.
func (s *Feed) Add(o any) error {
	observation, ok := o.(*v1alpha1.Observation)
	if !ok {
		return fmt.Errorf("keep a %T: %w", o, errKind)
	}
	s.cache.put(observation)
	return nil
}

// Update implements the store of a reflector.
func (s *Feed) Update(o any) error { return s.Add(o) }

// Delete implements the store of a reflector.
func (s *Feed) Delete(o any) error {
	observation, ok := o.(*v1alpha1.Observation)
	if !ok {
		return fmt.Errorf("forget a %T: %w", o, errKind)
	}
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	if !s.cache.outdates(observation) {
		s.cache.drop(types.NamespacedName{Namespace: observation.Namespace, Name: observation.Name})
	}
	return nil
}

// Replace implements the store of a reflector: these are all that there are.
func (s *Feed) Replace(list []any, _ string) error {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	for name := range s.cache.all {
		if s.namespace == "" || name.Namespace == s.namespace {
			s.cache.drop(name)
		}
	}
	for _, o := range list {
		observation, ok := o.(*v1alpha1.Observation)
		if !ok {
			return fmt.Errorf("keep a %T: %w", o, errKind)
		}
		s.cache.take(observation)
	}
	s.synced = true
	s.wake()
	return nil
}

// Resync implements the store of a reflector.
func (s *Feed) Resync() error { return nil }
