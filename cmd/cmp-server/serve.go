package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/feedback"
	"github.com/krowave/krowave/gitops/argocd/service"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	socketFlags
	traceFlags
	observeFlags

	mode              fileMode
	discovery         bool
	concurrency       int
	timeout, shutdown time.Duration
	http              string
	logFormat, level  string
	message           int // MiB
	keepAlive         time.Duration
	cache, uploads    int64 // MiB
	limits            upload.Limits
}

func serveCommand(w world) *cobra.Command {
	f := &serveFlags{limits: upload.DefaultLimits()}
	f.limits.Kept = 256 << 20 // a sidecar has less memory than a person's machine
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the plugin protocol on a socket",
		Long: `Serve the plugin protocol on a socket beside argocd-repo-server. The socket appears when the server answers; a
socket that a dead server has left is replaced. On SIGTERM or SIGINT the server says that it is not serving, removes the
socket, and lets requests under way end within --shutdown-timeout.

A variable of the environment stands for a flag that is not given; ARGOCD_EXEC_TIMEOUT can only lower --timeout. The Go
runtime reads GOMEMLIMIT, GOGC and GOMAXPROCS; set GOMEMLIMIT to nine tenths of the container's memory limit.`,
		Example: `  cmp-server serve
  cmp-server serve --plugin-version v2 --http-address :8085`,
		Args: cobra.NoArgs,
		PreRunE: func(c *cobra.Command, _ []string) error {
			if err := fromEnvironment(c.Flags(), w.env()); err != nil {
				return err
			}
			return f.check()
		},
		RunE: func(c *cobra.Command, _ []string) error { return f.serve(c.Context(), w) },
	}
	f.socketFlags.addTo(c)
	f.addTo(c)
	f.observeFlags.addTo(c)
	f.addLimitsTo(c)
	return c
}

func (f *serveFlags) addTo(c *cobra.Command) {
	s := c.Flags()
	f.mode = 0o666
	s.Var(&f.mode, "socket-mode", "permissions of the socket, in octal `digits`: argocd-repo-server, user 999, must be able to write to it")
	s.BoolVar(&f.discovery, "discovery", false, "answer whether an application is ours, so that it need not name the plugin; costs one more upload of the repository for each render")
	s.IntVar(&f.concurrency, "concurrency", 0, "`number` of renders at a time; the others wait (default the number of CPUs)")
	s.DurationVar(&f.timeout, "timeout", service.DefaultTimeout, "longest time to take for a request; an earlier deadline of the caller goes first")
	s.DurationVar(&f.shutdown, "shutdown-timeout", 20*time.Second, "longest time for requests under way to end when the server stops; keep it below the pod's terminationGracePeriodSeconds")
	s.StringVar(&f.http, "http-address", "", "`address` of /healthz, /readyz and /metrics, such as :8085 (default none)")
	f.logFormat, f.level = "json", "info"
	s.Var(choice{&f.logFormat, []string{"json", "text"}}, "log-format", "`format` of the log: json, text")
	s.Var(choice{&f.level, slices.Sorted(maps.Keys(levels()))}, "log-level", "lowest `level` that is logged: debug, info, warn, error")
	s.StringVar(&f.address, "otlp-address", "", "`address` of an OpenTelemetry collector (gRPC) that gets spans (default none)")
	s.BoolVar(&f.insecure, "otlp-insecure", true, "talk to the collector without TLS")
	s.StringToStringVar(&f.headers, "otlp-headers", nil, "headers for the collector, as `name=value,...`")
}

func (f *serveFlags) addLimitsTo(c *cobra.Command) {
	s := c.Flags()
	s.IntVar(&f.message, "max-message-mb", 100, "largest gRPC message, in MiB")
	s.DurationVar(&f.keepAlive, "keepalive-min", 10*time.Second, "shortest time between pings that is put up with")
	s.Int64Var(&f.cache, "cache-mb", 128, "memory for what is kept between requests, in MiB: uploads, compiled RGDs and answers")
	s.Int64Var(&f.uploads, "uploads-mb", 256, "memory that uploads under way may take together, in MiB; the others wait")
	s.Int64Var(&f.limits.Compressed, "max-compressed-bytes", f.limits.Compressed, "largest upload, as sent")
	s.Int64Var(&f.limits.Uncompressed, "max-uncompressed-bytes", f.limits.Uncompressed, "largest upload, after decompression")
	s.Int64Var(&f.limits.Kept, "max-kept-bytes", f.limits.Kept, "largest part of an upload that is held in memory: manifests and what kustomizations may need")
	s.Int64Var(&f.limits.File, "max-file-bytes", f.limits.File, "largest file of YAML or JSON")
	s.IntVar(&f.limits.Entries, "max-entries", f.limits.Entries, "largest number of files, directories and links in an upload")
	s.IntVar(&f.limits.NameBytes, "max-name-bytes", f.limits.NameBytes, "longest path in an upload")
}

// check refuses values that no flag can have.
func (f *serveFlags) check() error {
	for _, e := range []struct {
		flag  string
		value int64
	}{
		{"max-message-mb", int64(f.message)},
		{"uploads-mb", f.uploads},
		{"timeout", int64(f.timeout)},
		{"keepalive-min", int64(f.keepAlive)},
		{"max-compressed-bytes", f.limits.Compressed},
		{"max-uncompressed-bytes", f.limits.Uncompressed},
		{"max-kept-bytes", f.limits.Kept},
		{"max-file-bytes", f.limits.File},
		{"max-entries", int64(f.limits.Entries)},
		{"max-name-bytes", int64(f.limits.NameBytes)},
	} {
		if e.value <= 0 {
			return fmt.Errorf("--%s must be more than 0", e.flag)
		}
	}
	if f.message > math.MaxInt32>>20 {
		return fmt.Errorf("--max-message-mb must be at most %d", math.MaxInt32>>20)
	}
	if f.cache < 0 || f.concurrency < 0 || f.shutdown < 0 {
		return fmt.Errorf("--cache-mb, --concurrency and --shutdown-timeout cannot be negative")
	}
	if f.concurrency == 0 {
		f.concurrency = runtime.GOMAXPROCS(0)
	}
	return errors.Join(f.socketFlags.check(), f.observeFlags.check())
}

// serve serves until a signal comes.
func (f *serveFlags) serve(ctx context.Context, w world) error {
	log := newLog(w.err, f.logFormat, f.level)
	tracing, stop, err := f.provider(ctx, log)
	if err != nil {
		return err
	}
	defer stop()
	cache, end, err := f.watch(ctx, log)
	if err != nil {
		return err
	}
	defer end()
	options := f.renderer(w.now)
	if cache != nil {
		options.Values = cache
	}
	renderer, err := application.New(options)
	if err != nil {
		return err
	}
	metrics := service.NewMetrics()
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics, feedback.Metrics{Cache: cache}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s := service.New(service.Options{
		Renderer: renderer, Variables: application.Variables(cache != nil), Now: w.now, Limits: f.limits, Discovery: f.discovery, Concurrency: f.concurrency, Timeout: f.timeout,
		TreeBytes: f.cache << 20 / 2, UploadBytes: f.uploads << 20, MessageBytes: f.message << 20, KeepAlive: f.keepAlive,
		Log: log, Metrics: metrics, Tracing: tracing,
	})
	return s.Run(ctx, service.Listen{
		Socket: f.path(), Mode: fs.FileMode(f.mode), HTTP: f.http, Metrics: registry, Grace: f.shutdown,
	})
}

// renderer shares the memory between what is kept: half of it for uploads, the rest for what is made of them.
func (f *serveFlags) renderer(now func() time.Time) application.Options {
	half := f.cache << 20 / 2
	if half == 0 {
		half = -1 // keeps nothing, while 0 is the default
	}
	part := func(of int64) int64 {
		if half < 0 {
			return half
		}
		return max(half*of/4, 1)
	}
	return application.Options{AnswerBytes: part(1), ProgramBytes: part(2), FileBytes: part(1), Renders: f.concurrency, Clock: now}
}

// fileMode is a flag for permissions, in octal digits.
type fileMode fs.FileMode

func (m *fileMode) String() string { return fmt.Sprintf("%04o", uint32(*m)) }

// Type implements pflag.Value.
func (m *fileMode) Type() string { return "mode" }

// Set implements pflag.Value.
func (m *fileMode) Set(text string) error {
	n, err := strconv.ParseUint(text, 8, 32)
	if err != nil || n > 0o777 {
		return fmt.Errorf("want octal digits such as 0660")
	}
	*m = fileMode(n)
	return nil
}
