package main

import (
	"errors"
	"fmt"
	"time"

	artifact "github.com/fluxcd/pkg/artifact/config"
	"github.com/fluxcd/pkg/runtime/acl"
	kube "github.com/fluxcd/pkg/runtime/client"
	"github.com/fluxcd/pkg/runtime/controller"
	"github.com/fluxcd/pkg/runtime/jitter"
	"github.com/fluxcd/pkg/runtime/leaderelection"
	"github.com/fluxcd/pkg/runtime/logger"
	"github.com/spf13/pflag"

	"github.com/krowave/krowave/gitops/flux/fetch"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/observe/observer"
	"github.com/krowave/krowave/gitops/observe/refresh"
)

// options are the flags. Those that Flux's own controllers have are bound by its packages.
type options struct {
	kube        kube.Options
	logger      logger.Options
	election    leaderelection.Options
	watch       controller.WatchOptions
	rateLimiter controller.RateLimiterOptions
	interval    jitter.IntervalOptions
	access      acl.Options
	storage     artifact.Options

	metricsAddr, healthAddr, eventsAddr string
	concurrent, concurrentObservations  int
	defaultServiceAccount               string
	limits                              fetch.Limits
	keep                                int
	timeout                             time.Duration
	clusterWide                         bool
	refresh                             bool
	argocdNamespace                     string
}

// flags binds all flags.
func (o *options) flags() *pflag.FlagSet {
	fs := pflag.NewFlagSet("flux-controller", pflag.ContinueOnError)
	o.limits = fetch.DefaultLimits()
	fs.StringVar(&o.metricsAddr, "metrics-addr", ":8080", "The `address` the metric endpoint binds to; profiles are below /debug/pprof there.")
	fs.StringVar(&o.healthAddr, "health-addr", ":9440", "The `address` the health endpoint binds to: /healthz, and /readyz, which says that artifacts are served.")
	fs.StringVar(&o.eventsAddr, "events-addr", "", "The `address` of the events receiver, that is of notification-controller.")
	fs.IntVar(&o.concurrent, "concurrent", 4, "The `number` of concurrent GraphArtifact reconciles.")
	fs.IntVar(&o.concurrentObservations, "concurrent-observations", observer.DefaultConcurrent, "The `number` of Observations that are answered at a time.")
	fs.StringVar(&o.defaultServiceAccount, "default-service-account", "", "The `name` of the service account that objects are read as when a GraphArtifact names none.")
	fs.Int64Var(&o.limits.Artifact, "max-artifact-size", o.limits.Artifact, "The largest artifact of a source in `bytes`, as it is sent.")
	fs.Int64Var(&o.limits.Untar, "max-untar-size", o.limits.Untar, "The largest artifact of a source in `bytes`, as it is unpacked.")
	fs.IntVar(&o.limits.Entries, "max-untar-entries", o.limits.Entries, "The largest `number` of files, directories and links of a source.")
	fs.DurationVar(&o.limits.Time, "fetch-timeout", o.limits.Time, "The longest `time` that fetching an artifact may take.")
	fs.DurationVar(&o.timeout, "reconciliation-timeout", 10*time.Minute, "The longest `time` that a reconcile may take.")
	fs.IntVar(&o.keep, "compiled-sources", hydrate.DefaultKeep, "The `number` of sources that are kept compiled.")
	fs.BoolVar(&o.clusterWide, "read-cluster-wide", true, "The controller itself may read the observed objects in all namespaces, so that one watch a kind is enough for what is read as itself.")
	fs.BoolVar(&o.refresh, "argocd-refresh", false, "Ask Argo CD to render an Application again when a value changed that its render reads.")
	fs.StringVar(&o.argocdNamespace, "argocd-namespace", refresh.DefaultNamespace, "The `namespace` of Argo CD.")
	o.kube.BindFlags(fs)
	o.logger.BindFlags(fs)
	o.election.BindFlags(fs)
	o.rateLimiter.BindFlags(fs)
	o.interval.BindFlags(fs)
	o.access.BindFlags(fs)
	// Nothing is configured by ConfigMaps and Secrets, and digests of artifacts are SHA-256.
	bindBut(fs, o.watch.BindFlags, "watch-configs-label-selector")
	bindBut(fs, o.storage.BindFlags, "artifact-digest-algo")
	fs.SortFlags = true
	return fs
}

// bindBut binds flags without one.
func bindBut(fs *pflag.FlagSet, bind func(*pflag.FlagSet), without string) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	bind(all)
	all.VisitAll(func(f *pflag.Flag) {
		if f.Name != without {
			fs.AddFlag(f)
		}
	})
}

// parse reads the arguments. The error is [pflag.ErrHelp] when help was asked for.
func parse(args []string) (*options, error) {
	o := &options{}
	if err := o.flags().Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil, pflag.ErrHelp
		}
		return nil, fmt.Errorf("read the flags: %w", err)
	}
	if o.concurrent < 1 || o.concurrentObservations < 1 {
		return nil, errors.New("read the flags: --concurrent and --concurrent-observations must be positive")
	}
	return o, nil
}
