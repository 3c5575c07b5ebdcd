package service

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// floor does what every plugin has to: it receives, decompresses, unpacks and decodes an upload, encodes what it
// found, and answers as much as a render would. It verifies and renders nothing.
type floor struct {
	plugin.UnimplementedConfigManagementPluginServiceServer

	manifests []string
}

func (f *floor) GenerateManifest(stream grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.ManifestResponse]) error {
	var archive bytes.Buffer
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		archive.Write(m.GetFile().GetChunk())
	}
	z, err := gzip.NewReader(&archive)
	if err != nil {
		return err
	}
	for files := tar.NewReader(z); ; {
		if _, err := files.Next(); errors.Is(err, io.EOF) {
			return stream.SendAndClose(&plugin.ManifestResponse{Manifests: f.manifests})
		} else if err != nil {
			return err
		}
		if err := reencode(files); err != nil {
			return err
		}
	}
}

// reencode reads all documents of a file and writes them as JSON.
func reencode(r io.Reader) error {
	for documents := utilyaml.NewYAMLOrJSONDecoder(r, 4096); ; {
		var object map[string]any
		if err := documents.Decode(&object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := json.Marshal(object); err != nil {
			return err
		}
	}
}

// connect serves s on a socket of its own until the benchmark ends.
func connect(b *testing.B, s *grpc.Server) plugin.ConfigManagementPluginServiceClient {
	b.Helper()
	path := filepath.Join(b.TempDir(), "b.sock")
	l, err := new(net.ListenConfig).Listen(b.Context(), "unix", path)
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	b.Cleanup(s.Stop)
	conn, err := grpc.NewClient("unix:"+path, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return plugin.NewConfigManagementPluginServiceClient(conn)
}

// BenchmarkGenerateManifest compares a warm server with the floor, in turns, over the same bytes: an upload that it has
// seen, and one of a commit that changed another file. The ratio of the medians is what counts.
func BenchmarkGenerateManifest(b *testing.B) {
	for name, commit := range map[string]func(i int) string{
		"again":       func(int) string { return "0" },
		"next-commit": func(i int) string { return fmt.Sprint(i) },
	} {
		b.Run(name, func(b *testing.B) {
			r, err := application.New(application.Options{Clock: time.Now}) //nolint:forbidigo // as the command does
			if err != nil {
				b.Fatal(err)
			}
			server, _ := New(Options{Renderer: r, Now: time.Now, Concurrency: 2, TreeBytes: 16 * mebibyte, Limits: upload.DefaultLimits()}).Server() //nolint:forbidigo // as the command does
			ours := connect(b, server)
			first, err := pack(b, "app", with(twenty(), "0"), nil).generate(b.Context(), ours)
			if err != nil || len(first) != 20 {
				b.Fatalf("%d manifests, %v", len(first), err)
			}
			base := grpc.NewServer(grpc.InitialWindowSize(window), grpc.InitialConnWindowSize(window))
			plugin.RegisterConfigManagementPluginServiceServer(base, &floor{manifests: first})
			theirs := connect(b, base)
			var us, them []time.Duration
			for i := 0; b.Loop(); i++ {
				p := pack(b, "app", with(twenty(), commit(i)), nil)
				us = append(us, timed(b, p, ours))
				them = append(them, timed(b, p, theirs))
			}
			slices.Sort(us)
			slices.Sort(them)
			b.ReportMetric(float64(us[len(us)/2].Microseconds()), "ours-µs")
			b.ReportMetric(float64(them[len(them)/2].Microseconds()), "floor-µs")
			b.ReportMetric(float64(us[len(us)/2])/float64(them[len(them)/2]), "ours/floor")
			b.ReportMetric(float64(us[len(us)*99/100])/float64(them[len(them)*99/100]), "p99-ours/floor")
			b.ReportMetric(0, "ns/op") // it would be of both, and of packing
		})
	}
}

// with adds a file that no render reads.
func with(files map[string]string, content string) map[string]string {
	files["other/values.yaml"] = "commit: " + content + "\n"
	return files
}

// timed is how long a request takes.
func timed(b *testing.B, p parcel, c plugin.ConfigManagementPluginServiceClient) time.Duration {
	b.Helper()
	start := time.Now() //nolint:forbidigo // a benchmark
	manifests, err := p.generate(context.WithoutCancel(b.Context()), c)
	took := time.Since(start) //nolint:forbidigo // a benchmark
	if err != nil || len(manifests) != 20 {
		b.Fatalf("%d manifests, %v", len(manifests), err)
	}
	return took
}
