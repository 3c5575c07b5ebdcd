package service

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/krowave/krowave/gitops/argocd/application"
)

// parent is a traceparent as Argo CD's client sends it.
const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// TestLog: one line for each request says what was asked and where the time went.
func TestLog(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Renderer: stub{generate: func(context.Context, application.Request) (*application.Answer, error) {
		a := answer("{}")
		a.Held = []application.Held{{Instance: "WebApp.example.com/default/shop", Node: "bucket", Paths: []string{"bucket.status.arn"}}}
		return a, nil
	}}}, Listen{})
	p := pack(t, "web", map[string]string{"web/a.yaml": ""}, map[string]string{
		"ARGOCD_APP_NAME": "shop", "ARGOCD_APP_PROJECT_NAME": "team", "ARGOCD_APP_REVISION": "abc", "ARGOCD_ENV_TOKEN": "hush",
	})
	if _, err := p.generate(metadata.AppendToOutgoingContext(t.Context(), "traceparent", parent), s.client()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"time", "seconds", "receive_seconds", "queue_seconds", "render_seconds"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no %s in %v", key, got)
		}
		delete(got, key)
	}
	want := map[string]any{
		"level": "INFO", "msg": "answered", "rpc": "GenerateManifest", "code": "OK", "app": "shop", "project": "team", "revision": "abc", "path": "web",
		"checksum": p.meta.GetChecksum(), "bytes": float64(len(p.bytes)), "upload_reused": false, "render_shared": false, "answer_cached": false, "compiled": false,
		"objects": 1.0, "traceparent": parent,
		"held": []any{"WebApp.example.com/default/shop: bucket"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := s.value("krowave_cmp_held_resources_total"); got != 1 {
		t.Errorf("%v resources held, want 1", got)
	}
	if got := s.value("krowave_cmp_phase_seconds", "GenerateManifest"); got != 3 {
		t.Errorf("%v phases measured, want 3", got)
	}
	if strings.Contains(s.log.String(), "hush") {
		t.Error("the log has a variable that may be a secret")
	}
}

// TestTraces: the phases are spans of Argo CD's own trace.
func TestTraces(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	s := start(t, Options{Tracing: sdk.NewTracerProvider(sdk.WithSpanProcessor(recorder))}, Listen{})
	if _, err := small(t, "traced").generate(metadata.AppendToOutgoingContext(t.Context(), "traceparent", parent), s.client()); err != nil {
		t.Fatal(err)
	}
	phases := func() []string {
		var names []string
		for _, span := range recorder.Ended() {
			if strings.Contains(parent, span.SpanContext().TraceID().String()) && !strings.Contains(span.Name(), "/") {
				names = append(names, span.Name())
			}
		}
		return names
	}
	want := []string{"queue", "queue", "receive", "receive", "render"}
	if diff := cmp.Diff(want, phases(), cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestServices: the health service knows the plugin service, and reflection lists all of them.
func TestServices(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, Listen{})
	s.served()
	conn := s.dial()
	for _, name := range []string{"", "plugin.ConfigManagementPluginService"} {
		answer, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: name})
		if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("health of %q: %v %v, want SERVING", name, answer.GetStatus(), err)
		}
	}
	if err := Healthcheck(t.Context(), s.socket, healthpb.HealthCheckResponse_SERVING); err != nil {
		t.Error(err)
	}
	ask, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = ask.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_FileContainingSymbol{
		FileContainingSymbol: "plugin.ConfigManagementPluginService.GenerateManifest",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := ask.Recv(); err != nil || len(answer.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 {
		t.Errorf("reflection: %v %v, want the file", answer, err)
	}
}

// TestHTTP: the three pages, and readiness that follows the service.
func TestHTTP(t *testing.T) {
	t.Parallel()
	address := free(t)
	g := newGate()
	s := start(t, Options{Renderer: g.stub()}, Listen{HTTP: address})
	done := s.background(t.Context(), small(t, "under way"))
	<-g.called
	get := func(path string) string {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d %s", answer.StatusCode, text)
	}
	for path, want := range map[string]string{
		"/healthz": "200 ok\n", "/readyz": "200 ok\n", "/else": "404 404 page not found\n",
	} {
		if got := get(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := get("/metrics"); !strings.Contains(got, "\nkrowave_cmp_requests_in_flight 1\n") {
		t.Errorf("/metrics has no request in flight:\n%s", got)
	}
	s.stop()
	until(t, "not ready", func() bool { return get("/readyz") == "503 not serving\n" })
	if got := get("/healthz"); got != "200 ok\n" {
		t.Errorf("/healthz while it stops: %q", got)
	}
	close(g.open)
	<-done
}

// free is an address that nobody uses.
func free(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// TestSocket: what may lie where the socket is to be, and what becomes of it.
func TestSocket(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason string
		path   string // below the directory
		before func(t *testing.T, path string)
		want   string // the error, "" when it binds
	}{
		"nothing": {reason: "the usual start", path: "k.sock", before: func(*testing.T, string) {}},
		"stale":   {reason: "the process before was killed", path: "k.sock", before: stale},
		"alive":   {reason: "two servers of one name", path: "k.sock", want: "another server answers there", before: alive},
		"file":    {reason: "something else has the name", path: "k.sock", want: "is not a socket", before: file},
		"long":    {reason: "systems differ in the limit; it is said before any of them cuts it", path: strings.Repeat("x", 100) + ".sock", want: "bytes", before: func(*testing.T, string) {}},
		"nowhere": {reason: "the volume is not mounted", path: "no/k.sock", want: "no such file", before: func(*testing.T, string) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), c.path)
			c.before(t, path)
			s, err := bind(t.Context(), path, 0o660)
			if err != nil || c.want != "" {
				if err == nil || c.want == "" || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v, want %q", c.reason, err, c.want)
				}
				return
			}
			defer func() { _ = s.Close() }()
			if _, err := os.Lstat(path); !os.IsNotExist(err) {
				t.Errorf("%s: it is there before it is published: %v", c.reason, err)
			}
			if err := s.publish(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|0o660 {
				t.Errorf("%s: %v %v, want a socket with the mode 0660", c.reason, info, err)
			}
			if err := s.retract(); err != nil {
				t.Error(err)
			}
			if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
				t.Errorf("%s: %v left, %v", c.reason, left, err)
			}
		})
	}
}

// stale leaves the socket of a server that is gone.
func stale(t *testing.T, path string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
}

// alive is a server of the same name.
func alive(t *testing.T, path string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

func file(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRetractOther: a server that stops late leaves its successor's socket alone.
func TestRetractOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "k.sock")
	s, err := bind(t.Context(), path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.publish(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.retract(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}

// TestSocketName: the name is the registration.
func TestSocketName(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"": "/d/krowave.sock", "v1.2": "/d/krowave-v1.2.sock"} {
		if got := Socket("/d", "krowave", version); got != want {
			t.Errorf("version %q: %s, want %s", version, got, want)
		}
	}
}
