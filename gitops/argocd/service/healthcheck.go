package service

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// Healthcheck asks the server of a socket how it is, and fails when the answer is another one than wanted. It takes as
// long as the context allows when whoever accepts the connection does not speak.
func Healthcheck(ctx context.Context, socket string, want healthpb.HealthCheckResponse_ServingStatus) error {
	conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("health of %s: %w", socket, err)
	}
	defer func() { _ = conn.Close() }() // nothing is under way
	answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		return fmt.Errorf("health of %s: %w", socket, err)
	}
	if answer.GetStatus() != want {
		return fmt.Errorf("health of %s: %s", socket, answer.GetStatus())
	}
	return nil
}
