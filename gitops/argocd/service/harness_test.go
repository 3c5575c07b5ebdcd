package service

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// patient is how long a test waits for what must happen.
const patient = time.Minute

// stub renders what a test wants. What is nil answers at once.
type stub struct {
	generate func(context.Context, application.Request) (*application.Answer, error)
	announce func(context.Context, application.Request) ([]*plugin.ParameterAnnouncement, error)
	discover func(context.Context, application.Request) (bool, error)
}

func (s stub) Generate(ctx context.Context, q application.Request) (*application.Answer, error) {
	if s.generate == nil {
		return answer(q.Digest), nil
	}
	return s.generate(ctx, q)
}

func (s stub) Announce(ctx context.Context, q application.Request) ([]*plugin.ParameterAnnouncement, error) {
	if s.announce == nil {
		return nil, nil
	}
	return s.announce(ctx, q)
}

func (s stub) Discover(ctx context.Context, q application.Request) (bool, error) {
	if s.discover == nil {
		return true, nil
	}
	return s.discover(ctx, q)
}

func answer(manifests ...string) *application.Answer {
	return &application.Answer{Manifests: manifests, Objects: len(manifests)}
}

// server is a service that runs for one test.
type server struct {
	*Service

	t       *testing.T
	socket  string
	metrics *prometheus.Registry
	log     *lines
	stop    context.CancelFunc
	ended   chan error // what Run answered
}

// lines is a log that is written and read at the same time.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs a service until the test ends.
func start(t *testing.T, o Options, l Listen) *server {
	t.Helper()
	s := &server{t: t, socket: filepath.Join(t.TempDir(), "k.sock"), metrics: prometheus.NewRegistry(), log: &lines{}, ended: make(chan error, 1)}
	o.Now, o.Metrics = time.Now, NewMetrics() //nolint:forbidigo // as the command does
	o.Log = slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if o.Renderer == nil {
		o.Renderer = stub{}
	}
	s.metrics.MustRegister(o.Metrics)
	s.Service = New(o)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s.stop = cancel
	l.Socket, l.Metrics = s.socket, s.metrics
	if l.Mode == 0 {
		l.Mode = 0o600
	}
	if l.Grace == 0 {
		l.Grace = patient
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ended <- s.Run(ctx, l)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return s
}

// dial connects as argocd-repo-server does, waiting for the socket to appear.
func (s *server) dial() *grpc.ClientConn {
	s.t.Helper()
	conn, err := grpc.NewClient("unix:"+s.socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: patient, Backoff: backoff.Config{BaseDelay: time.Millisecond, Multiplier: 1.5, MaxDelay: 20 * time.Millisecond}}))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// client is a connection of its own, that is served.
func (s *server) client() plugin.ConfigManagementPluginServiceClient {
	s.t.Helper()
	c := plugin.NewConfigManagementPluginServiceClient(s.dial())
	ctx, cancel := context.WithTimeout(s.t.Context(), patient)
	defer cancel()
	if _, err := c.CheckPluginConfiguration(ctx, &emptypb.Empty{}); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// parcel is an archive with its metadata.
type parcel struct {
	meta  *plugin.ManifestRequestMetadata
	bytes []byte
}

// pack archives files for an application at a path.
func pack(tb testing.TB, at string, files, env map[string]string) parcel {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(files[name])), Mode: 0o644}); err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	p := parcel{bytes: b.Bytes(), meta: &plugin.ManifestRequestMetadata{
		AppName: filepath.Base(at), AppRelPath: at, Checksum: hex.EncodeToString(sum[:]), Size: int64(b.Len()),
	}}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		p.meta.Env = append(p.meta.Env, &plugin.EnvEntry{Name: name, Value: env[name]})
	}
	return p
}

// small is an upload that differs by its content.
func small(tb testing.TB, content string) parcel {
	tb.Helper()
	return pack(tb, ".", map[string]string{"a.yaml": "a: " + content + "\n"}, nil)
}

// sending is the client's side of an upload.
type sending interface {
	Send(*plugin.AppStreamRequest) error
}

// chunk is how much Argo CD sends at a time by default, in bytes.
const chunk = 1024

// send sends the first n bytes of the archive. As Argo CD's client it stops at the first error.
func (p parcel) send(s sending, n int) error {
	if err := s.Send(&plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_Metadata{Metadata: p.meta}}); err != nil {
		return err
	}
	for piece := range slices.Chunk(p.bytes[:n], chunk) {
		if err := s.Send(&plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_File{File: &plugin.File{Chunk: piece}}}); err != nil {
			return err
		}
	}
	return nil
}

// generate uploads and asks for manifests.
func (p parcel) generate(ctx context.Context, c plugin.ConfigManagementPluginServiceClient) ([]string, error) {
	stream, err := c.GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.send(stream, len(p.bytes)); err != nil {
		return nil, err
	}
	response, err := stream.CloseAndRecv()
	return response.GetManifests(), err
}

// served fails the test unless an ordinary request is answered.
func (s *server) served() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patient)
	defer cancel()
	if _, err := small(s.t, "served").generate(ctx, s.client()); err != nil {
		s.t.Errorf("the next request: %v", err)
	}
}

// value is the sum of a metric over the series that have all of the labels' values.
func (s *server) value(name string, labels ...string) float64 {
	s.t.Helper()
	families, err := s.metrics.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && has(m, labels) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

func has(m *dto.Metric, values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		return !slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetValue() == v })
	})
}

// until waits for what other goroutines bring about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	for !is() {
		nap, wake := context.WithTimeout(ctx, time.Millisecond)
		<-nap.Done()
		wake()
		if ctx.Err() != nil {
			t.Fatalf("in vain: %s", what)
		}
	}
}
