package service

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// call is what the log and the metrics say of one request. It is safe for concurrent use.
type call struct {
	rpc    string
	start  time.Time
	watch  *stopwatch
	parent string // W3C traceparent, as sent

	mu      sync.Mutex
	meta    *plugin.ManifestRequestMetadata
	bytes   int64 // compressed
	reused  bool
	shared  bool
	outcome []slog.Attr
}

func newCall(ctx context.Context, rpc string, now func() time.Time, tracer trace.Tracer) *call {
	c := &call{rpc: rpc, start: now(), watch: startWatch(ctx, now, tracer)}
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		if v := md.Get("traceparent"); len(v) > 0 {
			c.parent = v[0]
		}
	}
	return c
}

// identify notes what the caller says about the upload. It is logged also when the upload fails.
func (c *call) identify(meta *plugin.ManifestRequestMetadata) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.meta == nil {
		c.meta = meta
	}
}

// arrived notes what has been received.
func (c *call) arrived(r received) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes, c.reused = r.upload.Compressed, r.reused
}

// joined notes that the answer comes from a render that another request has started.
func (c *call) joined() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared = true
}

// note adds what only some answers have.
func (c *call) note(attrs ...slog.Attr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outcome = append(c.outcome, attrs...)
}

// digest names the input of the request for a report of a defect.
func (c *call) digest() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.meta.GetChecksum()
}

// attrs are the attributes of the request's log line.
func (c *call) attrs(code codes.Code, took time.Duration) []slog.Attr {
	spent, entered := c.watch.times()
	c.mu.Lock()
	defer c.mu.Unlock()
	attrs := []slog.Attr{slog.String("rpc", c.rpc), slog.String("code", code.String())}
	for _, e := range []struct{ key, variable string }{
		{"app", "ARGOCD_APP_NAME"},
		{"project", "ARGOCD_APP_PROJECT_NAME"},
		{"revision", "ARGOCD_APP_REVISION"},
	} {
		if v := variable(c.meta, e.variable); v != "" {
			attrs = append(attrs, slog.String(e.key, v))
		}
	}
	if c.meta != nil {
		attrs = append(attrs, slog.String("path", c.meta.GetAppRelPath()), slog.String("checksum", c.meta.GetChecksum()), slog.Int64("bytes", c.bytes),
			slog.Bool("upload_reused", c.reused), slog.Bool("render_shared", c.shared))
	}
	attrs = append(attrs, slog.Float64("seconds", took.Seconds()))
	for p := range phases {
		if entered[p] {
			attrs = append(attrs, slog.Float64(phase(p).String()+"_seconds", spent[p].Seconds()))
		}
	}
	if c.parent != "" {
		attrs = append(attrs, slog.String("traceparent", c.parent))
	}
	return append(attrs, c.outcome...)
}

// variable is the value of a variable of the upload; of several the last one counts.
func variable(meta *plugin.ManifestRequestMetadata, name string) string {
	value := ""
	for _, e := range meta.GetEnv() {
		if e.GetName() == name {
			value = e.GetValue()
		}
	}
	return value
}
