package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// flush is how long the last spans may take to be sent.
const flush = 2 * time.Second

// traceFlags say where spans go.
type traceFlags struct {
	address  string
	insecure bool
	headers  map[string]string
}

// provider sends spans to a collector, and answers how to stop; without an address it is nil. A collector that cannot be
// reached costs spans and nothing else.
func (f traceFlags) provider(ctx context.Context, log *slog.Logger) (trace.TracerProvider, func(), error) {
	if f.address == "" {
		return nil, func() {}, nil
	}
	options := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(f.address), otlptracegrpc.WithHeaders(f.headers)}
	if f.insecure {
		options = append(options, otlptracegrpc.WithInsecure())
	}
	exporter, err := otlptracegrpc.New(ctx, options...)
	if err != nil {
		return nil, nil, fmt.Errorf("send traces to %s: %w", f.address, err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces", "error", err.Error()) }))
	p := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "krowave-cmp-server"), attribute.String("service.version", buildVersion()))))
	return p, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flush)
		defer cancel()
		if err := p.Shutdown(ctx); err != nil {
			log.Warn("traces", "error", err.Error())
		}
	}, nil
}
