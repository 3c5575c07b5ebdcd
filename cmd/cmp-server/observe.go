package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krowave/krowave/gitops/argocd/feedback"
)

// observeFlags say where live values come from.
type observeFlags struct {
	observations bool
	kubeconfig   string
	namespaces   []string
}

func (f *observeFlags) addTo(c *cobra.Command) {
	s := c.Flags()
	s.BoolVar(&f.observations, "observations", false, "deliver Observations with each application, and render with what a controller has written into them; what was delivered is never left out")
	s.StringVar(&f.kubeconfig, "kubeconfig", "", "`file` that says how to reach the cluster of the Observations (default the pod's own)")
	s.StringSliceVar(&f.namespaces, "observation-namespaces", nil, "`namespaces` whose Observations count, for a plugin that may not read those of all (default all)")
}

// check refuses flags that have no effect.
func (f *observeFlags) check() error {
	if !f.observations && (f.kubeconfig != "" || len(f.namespaces) > 0) {
		return fmt.Errorf("--kubeconfig and --observation-namespaces need --observations")
	}
	return nil
}

// watch watches until the function is called that it answers, also while requests that were under way at a signal end. The cache is nil
// without --observations.
func (f *observeFlags) watch(ctx context.Context, log *slog.Logger) (*feedback.Cache, func(), error) {
	if !f.observations {
		return nil, func() {}, nil
	}
	config, err := f.config()
	if err != nil {
		return nil, nil, fmt.Errorf("find the cluster of --observations: %w", err)
	}
	cache, err := feedback.New(feedback.Options{Config: config, Namespaces: f.namespaces, Log: log})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cache.Run(ctx)
	}()
	return cache, func() {
		cancel()
		<-ended
	}, nil
}

func (f *observeFlags) config() (*rest.Config, error) {
	if f.kubeconfig == "" {
		return rest.InClusterConfig()
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: f.kubeconfig}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).ClientConfig()
}
