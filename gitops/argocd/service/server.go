package service

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

const (
	// handshake is how long a connection may take to speak HTTP/2; one that stays mute is closed then.
	handshake = 10 * time.Second
	// idle is how long a connection without a request is kept. Argo CD opens one for each request.
	idle = 5 * time.Minute
	// window is how much of an upload may be on its way, in bytes; the rest waits in the client. It is what a
	// waiting upload costs at most, and larger ones are not faster.
	window = 256 << 10
	// streams is the number of requests that one connection may have at a time.
	streams = 128
)

// Server is a gRPC server with the plugin service, the health service, which says NOT_SERVING until [Service.Run] publishes
// the socket, and reflection. The caller serves and stops it.
func (s *Service) Server() (*grpc.Server, *health.Server) {
	o := s.options
	options := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(o.MessageBytes),
		grpc.MaxSendMsgSize(o.MessageBytes),
		grpc.ConnectionTimeout(handshake),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: o.KeepAlive}),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: idle}),
		grpc.InitialWindowSize(window),
		grpc.InitialConnWindowSize(window),
		grpc.MaxConcurrentStreams(streams),
		grpc.WaitForHandlers(true),
		grpc.UnaryInterceptor(s.recoverUnary),
		grpc.StreamInterceptor(s.recoverStream),
	}
	if o.Tracing != nil {
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler(
			otelgrpc.WithTracerProvider(o.Tracing), otelgrpc.WithPropagators(propagation.TraceContext{}))))
	}
	server := grpc.NewServer(options...)
	state := health.NewServer()
	setServing(state, healthpb.HealthCheckResponse_NOT_SERVING)
	plugin.RegisterConfigManagementPluginServiceServer(server, s)
	healthpb.RegisterHealthServer(server, state)
	reflection.Register(server)
	return server, state
}

// setServing says the same of the server as a whole and of the plugin service.
func setServing(state *health.Server, value healthpb.HealthCheckResponse_ServingStatus) {
	state.SetServingStatus("", value)
	state.SetServingStatus(plugin.ConfigManagementPluginService_ServiceDesc.ServiceName, value)
}

// recoverUnary and recoverStream are the last resort: requests catch their own panics and know their input.
func (s *Service) recoverUnary(ctx context.Context, q any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
	err = application.Guard(func() (err error) {
		answer, err = next(ctx, q)
		return err
	})
	return answer, s.recovered(ctx, info.FullMethod, err)
}

func (s *Service) recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	return s.recovered(stream.Context(), info.FullMethod, application.Guard(func() error { return next(srv, stream) }))
}

// recovered turns a panic into a status, and leaves every other error alone.
func (s *Service) recovered(ctx context.Context, method string, err error) error {
	defect, ok := errors.AsType[*application.PanicError](err)
	if !ok {
		return err
	}
	s.options.Metrics.errors.WithLabelValues(classPanic).Inc()
	s.options.Log.ErrorContext(ctx, "panic", "method", method, "panic", defect.Value, "stack", string(defect.Stack))
	return status.Error(codes.Internal, "internal error of krowave: please report it")
}
