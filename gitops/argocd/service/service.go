package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
	"github.com/krowave/krowave/render/diag"
)

// Renderer is what renders: an [application.Renderer], or a stand-in in a test. It is called by several
// goroutines at once.
type Renderer interface {
	// Generate renders an application.
	Generate(ctx context.Context, q application.Request) (*application.Answer, error)
	// Announce lists the parameters that an application may set.
	Announce(ctx context.Context, q application.Request) ([]*plugin.ParameterAnnouncement, error)
	// Discover reports whether there is anything to render.
	Discover(ctx context.Context, q application.Request) (bool, error)
}

// DefaultTimeout is the longest time to take for a request whose caller sets no deadline; repo-server's own is the same.
const DefaultTimeout = time.Minute

// Options say how to serve. All but Renderer and Now may be left out.
type Options struct {
	// Renderer renders.
	Renderer Renderer
	// Variables are those of a request that an answer depends on; nil is all that any answer does: see [application.Variables].
	Variables []string
	// Now is the clock that phases are measured with.
	Now func() time.Time
	// Limits are the limits of one upload; the zero value is [upload.DefaultLimits].
	Limits upload.Limits
	// Discovery makes repo-server ask whether each application is ours, which costs one more upload for each.
	Discovery bool
	// Concurrency is the number of renders at a time; 0 is 1.
	Concurrency int
	// Timeout is the longest time to take for a request; 0 is [DefaultTimeout]. A caller's earlier deadline goes first.
	Timeout time.Duration
	// TreeBytes is the memory for unpacked uploads that are kept; 0 keeps none.
	TreeBytes int64
	// UploadBytes is the memory that uploads under way may take together, as far as their senders tell their
	// size; 0 is 256 MiB. An upload that finds no room waits.
	UploadBytes int64
	// MessageBytes is the largest gRPC message in each direction; 0 is Argo CD's 100 MiB.
	MessageBytes int
	// KeepAlive is the shortest time between pings that a client may leave; 0 is 10 s, half of what Argo CD's clients leave.
	KeepAlive time.Duration
	// Log gets one line for each request; nil discards it.
	Log *slog.Logger
	// Metrics count; nil counts for nobody.
	Metrics *Metrics
	// Tracing makes spans; nil makes none.
	Tracing trace.TracerProvider
}

func (o Options) withDefaults() Options {
	defaulted(&o.Limits, upload.DefaultLimits())
	defaulted(&o.Concurrency, 1)
	defaulted(&o.Timeout, DefaultTimeout)
	defaulted(&o.UploadBytes, 256*mebibyte)
	defaulted(&o.MessageBytes, 100*mebibyte)
	defaulted(&o.KeepAlive, 10*time.Second)
	if o.Variables == nil {
		o.Variables = application.Variables(true)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	return o
}

func defaulted[T comparable](value *T, otherwise T) {
	var none T
	if *value == none {
		*value = otherwise
	}
}

// Service answers the four calls of the plugin protocol.
type Service struct {
	plugin.UnimplementedConfigManagementPluginServiceServer

	options    Options
	tracer     trace.Tracer
	trees      *trees
	budget     *semaphore.Weighted // of mebibytes of uploads under way
	budgetSize int64
	turns      *semaphore.Weighted // of renders; first come, first served

	generated flights[*application.Answer]
	announced flights[[]*plugin.ParameterAnnouncement]
	found     flights[bool]

	ready atomic.Bool
}

// New answers a service that is not listening yet.
func New(o Options) *Service {
	o = o.withDefaults()
	budget := max(o.UploadBytes/mebibyte, 1)
	s := &Service{
		options: o, trees: newTrees(o.TreeBytes),
		budget: semaphore.NewWeighted(budget), budgetSize: budget, turns: semaphore.NewWeighted(int64(o.Concurrency)),
	}
	var provider trace.TracerProvider = noop.NewTracerProvider()
	if o.Tracing != nil {
		provider = o.Tracing
	}
	s.tracer = provider.Tracer("github.com/krowave/krowave/gitops/argocd/service")
	return s
}

// CheckPluginConfiguration answers at once: repo-server calls it twice for each render.
func (s *Service) CheckPluginConfiguration(ctx context.Context, _ *emptypb.Empty) (*plugin.CheckPluginConfigurationResponse, error) {
	s.options.Log.DebugContext(ctx, "answered", "rpc", "CheckPluginConfiguration", "code", codes.OK.String())
	s.options.Metrics.answered("CheckPluginConfiguration", codes.OK, "")
	return &plugin.CheckPluginConfigurationResponse{IsDiscoveryConfigured: s.options.Discovery}, nil
}

// MatchRepository reports whether the application has anything to render. Without discovery repo-server does not
// call it, and whoever does anyway learns that it says nothing about applications that name the plugin.
func (s *Service) MatchRepository(stream grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.RepositoryResponse]) error {
	return serve(s, "MatchRepository", stream, func(ctx context.Context, c *call, q application.Request) (*plugin.RepositoryResponse, error) {
		is, err := share(ctx, s, &s.found, request{call: c, q: q}, s.options.Renderer.Discover)
		return &plugin.RepositoryResponse{IsSupported: is, IsDiscoveryEnabled: s.options.Discovery}, err
	})
}

// GetParametersAnnouncement lists the parameters that the application may set.
func (s *Service) GetParametersAnnouncement(stream grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.ParametersAnnouncementResponse]) error {
	return serve(s, "GetParametersAnnouncement", stream, func(ctx context.Context, c *call, q application.Request) (*plugin.ParametersAnnouncementResponse, error) {
		list, err := share(ctx, s, &s.announced, request{call: c, q: q}, s.options.Renderer.Announce)
		return &plugin.ParametersAnnouncementResponse{ParameterAnnouncements: list}, err
	})
}

// GenerateManifest renders the application.
func (s *Service) GenerateManifest(stream grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.ManifestResponse]) error {
	return serve(s, "GenerateManifest", stream, func(ctx context.Context, c *call, q application.Request) (*plugin.ManifestResponse, error) {
		answer, err := share(ctx, s, &s.generated, request{call: c, q: q}, s.options.Renderer.Generate)
		if err != nil {
			return nil, err
		}
		s.describe(c, answer)
		response := &plugin.ManifestResponse{Manifests: answer.Manifests}
		if size := proto.Size(response); size > s.options.MessageBytes {
			return nil, &tooLargeError{size: size, limit: s.options.MessageBytes}
		}
		return response, nil
	})
}

// serve receives an upload, answers it, and writes down how that went.
func serve[R any](s *Service, rpc string, stream grpc.ClientStreamingServer[plugin.AppStreamRequest, R], answer func(context.Context, *call, application.Request) (*R, error)) error {
	ctx, cancel := s.bounded(stream.Context())
	defer cancel()
	c := newCall(ctx, rpc, s.options.Now, s.tracer)
	s.options.Metrics.inFlight.Inc()
	defer s.options.Metrics.inFlight.Dec()
	r, err := s.receive(ctx, c, stream)
	defer r.release()
	if err != nil {
		return s.finish(ctx, c, err)
	}
	c.arrived(r)
	s.options.Metrics.arrived(r)
	var response *R
	err = application.Guard(func() (err error) {
		response, err = answer(ctx, c, application.Request{Files: r.tree, Digest: r.upload.Checksum, Path: r.upload.AppPath, Env: r.upload.Env})
		return err
	})
	c.watch.stop()
	if err == nil {
		err = stream.SendAndClose(response)
	}
	return s.finish(ctx, c, err)
}

// head is how long before the caller's deadline the answer is given.
const head = 100 * time.Millisecond

// bounded ends early enough for the caller to get an answer.
func (s *Service) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	now := s.options.Now()
	end := now.Add(s.options.Timeout)
	if theirs, ok := ctx.Deadline(); ok {
		if theirs = theirs.Add(-min(head, theirs.Sub(now)/2)); theirs.Before(end) {
			end = theirs
		}
	}
	return context.WithDeadline(ctx, end)
}

// describe notes what an answer holds.
func (s *Service) describe(c *call, a *application.Answer) {
	s.options.Metrics.rendered(a)
	c.note(slog.Int("objects", a.Objects), slog.Bool("answer_cached", a.Cached), slog.Bool("compiled", a.Compiled))
	if len(a.Phases) > 0 {
		steps := make([]any, len(a.Phases))
		for i, p := range a.Phases {
			steps[i] = slog.Float64(p.Name+"_seconds", p.Took.Seconds())
		}
		c.note(slog.Group("steps", steps...))
	}
	if len(a.Warnings) > 0 {
		c.note(slog.Int("warnings", len(a.Warnings)), slog.Any("warned", warnings(a.Warnings)))
	}
	if len(a.Held) > 0 {
		held := make([]string, len(a.Held))
		for i, h := range a.Held {
			held[i] = h.Instance + ": " + h.Node
		}
		c.note(slog.Any("held", held))
	}
}

// maxWarnings is the number of warnings that one line of the log has; the others are counted.
const maxWarnings = 10

// warnings are the first warnings, a line each. Argo CD has no place for them.
func warnings(all diag.List) []string {
	lines := make([]string, 0, maxWarnings)
	for _, d := range all[:min(len(all), maxWarnings)] {
		place := ""
		if d.Span.File() != nil {
			place = fmt.Sprintf("%s:%d:%d: ", d.Span.Path(), d.Span.Start().Line, d.Span.Start().Column)
		} else if d.Span.Path() != "" {
			place = d.Span.Path() + ": "
		}
		lines = append(lines, place+string(d.Code)+": "+d.Message)
	}
	return lines
}

// finish writes down how a request went and answers its status.
func (s *Service) finish(ctx context.Context, c *call, err error) error {
	c.watch.stop()
	spent, entered := c.watch.times()
	s.options.Metrics.took(c.rpc, spent, entered)
	s.options.Metrics.keeps(s.trees.bytes(), s.options.Renderer)
	took := s.options.Now().Sub(c.start)
	if err == nil {
		s.options.Metrics.answered(c.rpc, codes.OK, "")
		s.options.Log.LogAttrs(ctx, slog.LevelInfo, "answered", c.attrs(codes.OK, took)...)
		return nil
	}
	st, class := verdict(err, c)
	s.options.Metrics.answered(c.rpc, st.Code(), class)
	c.note(slog.String("class", class), slog.String("error", st.Message()))
	level := slog.LevelWarn
	if defect, ok := errors.AsType[*application.PanicError](err); ok {
		c.note(slog.Any("panic", defect.Value), slog.String("stack", string(defect.Stack)))
	}
	if class == classPanic || class == classSystem {
		level = slog.LevelError
	}
	s.options.Log.LogAttrs(ctx, level, "failed", c.attrs(st.Code(), took)...)
	return st.Err()
}
