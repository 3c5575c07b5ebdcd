package main

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
)

// TestSpansAreSent: a collector gets the spans, with the name of the service and the headers, before the server ends.
func TestSpansAreSent(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	collector := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var message emptypb.Empty // whatever it is, its fields are kept unread
		if err := stream.RecvMsg(&message); err != nil {
			return err
		}
		method, _ := grpc.MethodFromServerStream(stream)
		md, _ := metadata.FromIncomingContext(stream.Context())
		got <- method + " " + strings.Join(md.Get("token"), ",") + " " + string(message.ProtoReflect().GetUnknown())
		return stream.SendMsg(&emptypb.Empty{})
	}))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = collector.Serve(listener) }()
	t.Cleanup(collector.Stop)

	f := traceFlags{address: listener.Addr().String(), insecure: true, headers: map[string]string{"token": "abc"}}
	provider, stop, err := f.provider(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, span := provider.Tracer("test").Start(t.Context(), "render it")
	span.End()
	stop()
	sent := <-got
	for _, want := range []string{"/opentelemetry.proto.collector.trace.v1.TraceService/Export abc ", "krowave-cmp-server", "render it"} {
		if !strings.Contains(sent, want) {
			t.Errorf("the collector got %q, which lacks %q", sent, want)
		}
	}
}

// TestNoSpans: without an address there is nobody to send them to.
func TestNoSpans(t *testing.T) {
	t.Parallel()
	provider, stop, err := traceFlags{}.provider(t.Context(), nil)
	if provider != nil || err != nil {
		t.Errorf("%v, %v; want neither", provider, err)
	}
	stop()
}
