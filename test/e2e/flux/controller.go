package flux

import (
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// ControllerOptions are what differs between controllers.
type ControllerOptions struct {
	Cluster *cluster.Cluster
	// Program is the built cmd/flux-controller.
	Program string
	// Args are additional arguments.
	Args []string
	// Env is added to the environment.
	Env []string
	// Limited gives the controller the rights of deploy/flux instead of an administrator's. The cluster needs
	// [cluster.Aggregator].
	Limited bool
}

// Controller is flux-controller: the same storage and addresses in every process that it is started as. Its methods are
// for one goroutine.
type Controller struct {
	// Storage is the directory with the artifacts.
	Storage string
	// Metrics is the address of the metrics.
	Metrics string
	// Health is the address of the probes.
	Health string

	options ControllerOptions
	args    []string
	process *process.Process
}

// NewController is a controller that does not run. The CRDs of krowave are applied.
func NewController(tb testing.TB, o ControllerOptions) *Controller {
	tb.Helper()
	definitions(tb, o.Cluster, filepath.Join(process.Root(tb), "deploy", "crds"))
	o.Cluster.Namespace(tb, Namespace)
	address := process.Loopback(process.Port(tb))
	c := &Controller{
		Storage: tb.TempDir(), options: o,
		Metrics: process.Loopback(process.Port(tb)), Health: process.Loopback(process.Port(tb)),
	}
	if o.Limited {
		c.options.Env = append(slices.Clone(o.Env), "KUBECONFIG="+rights(tb, o.Cluster))
	}
	c.args = append([]string{
		"--storage-path", c.Storage, "--storage-addr", address, "--storage-adv-addr", address,
		"--metrics-addr", c.Metrics, "--health-addr", c.Health, "--interval-jitter-percentage=0",
	}, o.Args...)
	return c
}

// Run starts the process. Arguments and environment of this run alone may be added.
func (c *Controller) Run(tb testing.TB, env ...string) *process.Process {
	tb.Helper()
	c.process = process.Start(tb, c.spec(tb, env))
	return c.process
}

// Keep starts the process again whenever it ends, until the test does.
func (c *Controller) Keep(tb testing.TB, env ...string) *process.Kept {
	tb.Helper()
	return process.Keep(tb, c.spec(tb, env))
}

func (c *Controller) spec(tb testing.TB, env []string) process.Spec {
	tb.Helper()
	return process.Spec{
		Name: "flux-controller", Path: c.options.Program, Args: c.args,
		Env: append(append(environment(tb, c.options.Cluster, Namespace), c.options.Env...), env...),
	}
}

// Start starts the process and waits until it is ready.
func (c *Controller) Start(tb testing.TB) *process.Process {
	tb.Helper()
	p := c.Run(tb)
	ready(tb, p, "http://"+c.Health+"/readyz")
	return p
}

// Ready tells whether the process says that it is, which only the one that leads and serves does.
func (c *Controller) Ready(tb testing.TB) bool {
	tb.Helper()
	status, err := ask(tb, "http://"+c.Health+"/readyz")
	return err == nil && status == http.StatusOK
}

// Process is the one that was started last.
func (c *Controller) Process() *process.Process { return c.process }
