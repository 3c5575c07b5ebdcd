package service

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// TestCalls: each of the four calls hands the upload to the renderer and its answer back.
func TestCalls(t *testing.T) {
	t.Parallel()
	see := func(q application.Request) string {
		text, err := fs.ReadFile(q.Files, q.Path+"/a.yaml")
		if err != nil {
			return err.Error()
		}
		return q.Digest + " " + q.Path + " " + q.Env["X"] + " " + string(text)
	}
	announced := []*plugin.ParameterAnnouncement{{Name: "spec.replicas", ItemType: "number", String_: "1", Map: map[string]string{"a": "b"}}}
	s := start(t, Options{Discovery: true, Renderer: stub{
		generate: func(_ context.Context, q application.Request) (*application.Answer, error) {
			return answer(see(q), "second"), nil
		},
		announce: func(context.Context, application.Request) ([]*plugin.ParameterAnnouncement, error) {
			return announced, nil
		},
		discover: func(_ context.Context, q application.Request) (bool, error) { return q.Path == "apps/web", nil },
	}}, Listen{})
	c, ctx := s.client(), t.Context()
	p := pack(t, "apps/web", map[string]string{"apps/web/a.yaml": "kind: A", ".git/HEAD": "x"}, map[string]string{"X": "y"})

	manifests, err := p.generate(ctx, c)
	if diff := cmp.Diff([]string{p.meta.GetChecksum() + " apps/web y kind: A", "second"}, manifests); err != nil || diff != "" {
		t.Errorf("GenerateManifest: %v: -want +got\n%s", err, diff)
	}

	check, err := c.CheckPluginConfiguration(ctx, &emptypb.Empty{})
	if diff := cmp.Diff(&plugin.CheckPluginConfigurationResponse{IsDiscoveryConfigured: true}, check, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("CheckPluginConfiguration: %v: -want +got\n%s", err, diff)
	}

	match, err := c.MatchRepository(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.send(match, len(p.bytes)); err != nil {
		t.Fatal(err)
	}
	matched, err := match.CloseAndRecv()
	if diff := cmp.Diff(&plugin.RepositoryResponse{IsSupported: true, IsDiscoveryEnabled: true}, matched, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("MatchRepository: %v: -want +got\n%s", err, diff)
	}

	parameters, err := c.GetParametersAnnouncement(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.send(parameters, len(p.bytes)); err != nil {
		t.Fatal(err)
	}
	list, err := parameters.CloseAndRecv()
	if diff := cmp.Diff(&plugin.ParametersAnnouncementResponse{ParameterAnnouncements: announced}, list, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("GetParametersAnnouncement: %v: -want +got\n%s", err, diff)
	}
}

// TestErrors: every error has its code and its class, and the next request is served.
func TestErrors(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		reason  string
		err     error
		answer  *application.Answer
		change  func(*parcel)
		options Options
		code    codes.Code
		class   string
		text    string
	}{
		"invalid":    {reason: "the files are wrong", err: &application.InvalidError{}, code: codes.InvalidArgument, class: classInvalid},
		"held":       {reason: "a value is missing", err: &application.HeldError{}, code: codes.FailedPrecondition, class: classHeld},
		"system":     {reason: "everything else is ours", err: errors.New("the disk is on fire"), code: codes.Internal, class: classSystem, text: "the disk is on fire"},
		"deadline":   {reason: "the renderer saw the deadline first", err: context.DeadlineExceeded, code: codes.DeadlineExceeded, class: classDeadline, text: "no answer within"},
		"over-limit": {reason: "the archive is larger than allowed", options: limited(), code: codes.InvalidArgument, class: classRejected, text: "allowed"},
		"checksum": {
			reason: "the bytes are not those that were announced", change: func(p *parcel) { p.meta.Checksum = strings.Repeat("0", 64) },
			code: codes.InvalidArgument, class: classRejected, text: "checksum",
		},
		"message": {
			reason: "a message over the limit is the sender's doing; gRPC itself answers it", options: Options{MessageBytes: 512},
			change: func(p *parcel) { p.bytes = []byte(big)[:4*chunk] }, code: codes.ResourceExhausted, text: "larger than max",
		},
		"answer": {
			reason: "an answer over the limit would never arrive", options: Options{MessageBytes: 4096}, answer: answer(big),
			code: codes.InvalidArgument, class: classInvalid, text: "ARGOCD_GRPC_MAX_SIZE_MB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failing := small(t, name)
			if c.change != nil {
				c.change(&failing)
			}
			c.options.Renderer = stub{generate: func(_ context.Context, q application.Request) (*application.Answer, error) {
				if q.Digest != failing.meta.GetChecksum() {
					return answer(), nil
				}
				return c.answer, c.err
			}}
			s := start(t, c.options, Listen{})
			_, err := failing.generate(t.Context(), s.client())
			if got := status.Convert(err); got.Code() != c.code || !strings.Contains(got.Message(), c.text) {
				t.Errorf("%s: %v, want %v … %s", c.reason, err, c.code, c.text)
			}
			if got := s.value("krowave_cmp_errors_total", c.class); c.class != "" && got != 1 {
				t.Errorf("%s: %v errors of the class %s, want 1", c.reason, got, c.class)
			}
			if name != "over-limit" {
				s.served()
			}
		})
	}
}

func limited() Options {
	var o Options
	o.Limits.Compressed = 10
	return o
}

// TestPanic: a defect fails the requests that met it, with what to report, and nobody else.
func TestPanic(t *testing.T) {
	t.Parallel()
	bad := small(t, "bad")
	s := start(t, Options{Renderer: stub{generate: func(_ context.Context, q application.Request) (*application.Answer, error) {
		if q.Digest == bad.meta.GetChecksum() {
			panic("a secret")
		}
		return answer(), nil
	}}}, Listen{})
	_, err := bad.generate(t.Context(), s.client())
	if got := status.Convert(err); got.Code() != codes.Internal || !strings.Contains(got.Message(), bad.meta.GetChecksum()) || strings.Contains(got.Message(), "a secret") {
		t.Errorf("%v, want Internal with the checksum and without the panic", err)
	}
	if text := s.log.String(); !strings.Contains(text, "a secret") || !strings.Contains(text, "service_test.go") {
		t.Errorf("the log has not what the panic said and where: %s", text)
	}
	s.served()
}

// TestDeadline: who gives up later than us is told where the time went.
func TestDeadline(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Timeout: 50 * time.Millisecond, Renderer: stub{generate: func(ctx context.Context, _ application.Request) (*application.Answer, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}}, Listen{})
	_, err := small(t, "slow").generate(t.Context(), s.client())
	want := regexp.MustCompile(`^no answer within \d+ s: receiving the upload took \d+ s, waiting for a turn \d+ s, rendering \d+ s$`)
	if got := status.Convert(err); got.Code() != codes.DeadlineExceeded || !want.MatchString(got.Message()) {
		t.Errorf("%v, want DeadlineExceeded: %s", err, want)
	}
}

// TestBounded: the answer is given before the caller gives up, and the service's own limit holds for those who do not.
func TestBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }, Timeout: time.Minute})
	for name, c := range map[string]struct {
		reason       string
		theirs, want time.Duration
	}{
		"none":    {reason: "argocd app diff --server-side-generate sets no deadline", want: time.Minute},
		"earlier": {reason: "the caller's goes first, less what the answer needs", theirs: 20 * time.Second, want: 20*time.Second - 100*time.Millisecond},
		"later":   {reason: "the limit of the service goes first", theirs: time.Hour, want: time.Minute},
		"short":   {reason: "half of what is left, where the usual share would be all of it", theirs: 100 * time.Millisecond, want: 50 * time.Millisecond},
	} {
		ctx := t.Context()
		if c.theirs > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, now.Add(c.theirs))
			defer cancel()
		}
		ctx, cancel := s.bounded(ctx)
		defer cancel()
		if end, _ := ctx.Deadline(); end.Sub(now) != c.want {
			t.Errorf("%s: %s: %v, want %v", name, c.reason, end.Sub(now), c.want)
		}
	}
}
