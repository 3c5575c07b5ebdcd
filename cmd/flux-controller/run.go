package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	kube "github.com/fluxcd/pkg/runtime/client"
	"github.com/fluxcd/pkg/runtime/controller"
	"github.com/fluxcd/pkg/runtime/events"
	"github.com/fluxcd/pkg/runtime/leaderelection"
	"github.com/fluxcd/pkg/runtime/logger"
	"github.com/fluxcd/pkg/runtime/pprof"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/flux/publish"
	"github.com/krowave/krowave/gitops/flux/reconciler"
	"github.com/krowave/krowave/gitops/observe/observer"
	"github.com/krowave/krowave/gitops/observe/refresh"
)

// controllerName is how the controller calls itself in events and leases.
const controllerName = "flux-controller"

// run runs the controller until the context ends.
func run(ctx context.Context, args []string, env func(string) string) error {
	o, err := parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	logger.SetLogger(logger.NewLogger(o.logger))
	if err := o.interval.SetGlobalJitter(nil); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	if _, err := ctrl.GetConfig(); err != nil {
		return fmt.Errorf("find the cluster: %w", err)
	}
	mgr, err := o.manager(kube.GetConfigOrDie(o.kube), env(controller.EnvRuntimeNamespace))
	if err != nil {
		return err
	}
	store, err := o.store()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // the process ends
	files := &server{store: store, address: o.storage.StorageAddress}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("artifacts", files.ready), mgr.Add(files)); err != nil {
		return fmt.Errorf("set up the probes: %w", err)
	}
	if err := o.graphs(ctx, mgr, store); err != nil {
		return err
	}
	if err := o.observations(ctx, mgr); err != nil {
		return err
	}
	mgr.GetLogger().Info("start", "version", version())
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

// scheme are the types that are read and written.
func scheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), sourcev1.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		return nil, fmt.Errorf("register the types: %w", err)
	}
	return s, nil
}

// selector chooses the objects of this shard; nil is all.
func (o *options) selector() (labels.Selector, error) {
	s, err := controller.GetWatchSelector(o.watch)
	if err != nil {
		return nil, fmt.Errorf("read --watch-label-selector: %w", err)
	}
	return s, nil
}

// manager makes the manager.
func (o *options) manager(cluster *rest.Config, namespace string) (ctrl.Manager, error) {
	types, err := scheme()
	if err != nil {
		return nil, err
	}
	shard, err := o.selector()
	if err != nil {
		return nil, err
	}
	graphs, observations := cache.ByObject{Label: shard}, cache.ByObject{Label: shard, Transform: observer.Transform}
	watched := map[string]cache.Config{}
	if !o.watch.AllNamespaces {
		if namespace == "" {
			return nil, fmt.Errorf("--watch-all-namespaces=false needs the variable %s", controller.EnvRuntimeNamespace)
		}
		watched[namespace] = cache.Config{}
	}
	recovers := true
	mgr, err := ctrl.NewManager(cluster, ctrl.Options{
		Scheme:                        types,
		Metrics:                       metricsserver.Options{BindAddress: o.metricsAddr, ExtraHandlers: pprof.GetHandlers()},
		HealthProbeBindAddress:        o.healthAddr,
		LeaderElection:                o.election.Enable,
		LeaderElectionReleaseOnCancel: o.election.ReleaseOnCancel,
		LeaseDuration:                 &o.election.LeaseDuration,
		RenewDeadline:                 &o.election.RenewDeadline,
		RetryPeriod:                   &o.election.RetryPeriod,
		LeaderElectionID:              leaderelection.GenerateID(controllerName, o.watch.LabelSelector),
		LeaderElectionNamespace:       namespace,
		Logger:                        ctrl.Log,
		Client: client.Options{Cache: &client.CacheOptions{
			Unstructured: true, DisableFor: []client.Object{&corev1.Secret{}, &corev1.ConfigMap{}},
		}},
		Cache: cache.Options{
			ByObject:          map[client.Object]cache.ByObject{&v1alpha1.GraphArtifact{}: graphs, &v1alpha1.Observation{}: observations},
			DefaultNamespaces: watched,
		},
		Controller: config.Controller{RecoverPanic: &recovers, ReconciliationTimeout: o.timeout},
	})
	if err != nil {
		return nil, fmt.Errorf("set up the controller: %w", err)
	}
	return mgr, nil
}

// store opens the storage of artifacts.
func (o *options) store() (*publish.Store, error) {
	address, err := o.storage.GetAdvertisedAddress()
	if err != nil {
		return nil, fmt.Errorf("read --storage-adv-addr: %w", err)
	}
	store, err := publish.New(publish.Options{
		Dir: o.storage.StoragePath, Address: address, Now: time.Now, //nolint:forbidigo // the one clock
		RetentionTTL: o.storage.ArtifactRetentionTTL, RetentionRecords: o.storage.ArtifactRetentionRecords,
	})
	if err != nil {
		return nil, fmt.Errorf("open the storage: %w", err)
	}
	return store, nil
}

// graphs sets up the reconciler of GraphArtifacts.
func (o *options) graphs(ctx context.Context, mgr ctrl.Manager, store *publish.Store) error {
	renderer, err := hydrate.New(hydrate.Options{Keep: o.keep})
	if err != nil {
		return fmt.Errorf("set up the renderer: %w", err)
	}
	recorder, err := events.NewRecorder(mgr, ctrl.Log, o.eventsAddr, controllerName)
	if err != nil {
		return fmt.Errorf("set up events: %w", err)
	}
	counters, err := reconciler.NewMetrics(metrics.Registry)
	if err != nil {
		return fmt.Errorf("set up metrics: %w", err)
	}
	shard, err := o.selector()
	if err != nil {
		return err
	}
	r := &reconciler.Reconciler{
		Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Renderer: renderer, Store: store, HTTP: &http.Client{}, Events: recorder,
		Clock: clock.RealClock{}, Metrics: counters, Crash: crash(),
		Options: reconciler.Options{NoCrossNamespaceRefs: o.access.NoCrossNamespaceRefs, Limits: o.limits, Selector: shard},
	}
	err = r.SetupWithManager(ctx, mgr, reconciler.Setup{Concurrent: o.concurrent, RateLimiter: controller.GetRateLimiter(o.rateLimiter)})
	if err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	return nil
}

// observations sets up what answers Observations.
func (o *options) observations(ctx context.Context, mgr ctrl.Manager) error {
	r := &observer.Reconciler{Client: mgr.GetClient()}
	if o.refresh {
		requester := refresh.New(refresh.Options{Client: mgr.GetClient(), Namespace: o.argocdNamespace})
		if err := mgr.Add(requester); err != nil {
			return fmt.Errorf("set up refreshes of Argo CD: %w", err)
		}
		r.Notify = requester.Notify
	}
	err := r.SetupWithManager(ctx, mgr, observer.Options{
		DefaultServiceAccount: o.defaultServiceAccount, ClusterWide: o.clusterWide && o.watch.AllNamespaces,
		Concurrent: o.concurrentObservations, RateLimiter: controller.GetRateLimiter(o.rateLimiter), Metrics: metrics.Registry,
	})
	if err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	return nil
}

// server serves artifacts while this process leads.
type server struct {
	store   *publish.Store
	address string
	serving atomic.Bool
}

var _ manager.LeaderElectionRunnable = (*server)(nil)

// NeedLeaderElection says that only the leader serves: nobody else has the files.
func (*server) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (s *server) Start(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.address, err)
	}
	s.serving.Store(true)
	defer s.serving.Store(false)
	return s.store.Serve(ctx, l) //nolint:wrapcheck // it says what it does
}

// ready is the readiness probe.
func (s *server) ready(*http.Request) error {
	if !s.serving.Load() {
		return errors.New("this process does not lead, or does not serve artifacts yet")
	}
	return nil
}
