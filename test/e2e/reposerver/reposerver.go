// Package reposerver asks an argocd-repo-server for manifests, as argocd-application-controller and the source hydrator do.
//
// In: the address of a server and a request. Out: the manifests. Only the fields that the tests use are on the wire, written
// by number: importing Argo CD's types would bring in a thousand packages. A Client is safe for concurrent use.
package reposerver

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// method is what is called.
const method = "/repository.RepoServerService/GenerateManifest"

// Request is what to generate.
type Request struct {
	RepoURL, Revision, Path string
	Plugin                  string
	Application, Namespace  string
	// KubeVersion and APIVersions describe the cluster. The source hydrator leaves both empty.
	KubeVersion string
	APIVersions []string
	// Fresh takes no manifests from the server's cache, as a hard refresh does.
	Fresh bool
}

// Client is a connection to a server.
type Client struct{ connection *grpc.ClientConn }

// New connects to a server. The connection ends with the test.
func New(t *testing.T, address string) *Client {
	t.Helper()
	connection, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{})))
	if err != nil {
		t.Fatalf("connect to argocd-repo-server: %v", err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return &Client{connection}
}

// Generate answers the manifests.
func (c *Client) Generate(ctx context.Context, r Request) ([]string, error) {
	var answer []byte
	if err := c.connection.Invoke(ctx, method, r.encode(), &answer); err != nil {
		return nil, fmt.Errorf("generate manifests of %s: %w", r.Path, err)
	}
	return manifests(answer)
}

// encode is the message repository.ManifestRequest.
func (r Request) encode() []byte {
	var repo, plugin, source, m []byte
	repo = text(repo, 1, r.RepoURL)
	plugin = text(plugin, 1, r.Plugin)
	source = text(source, 1, r.RepoURL)
	source = text(source, 2, r.Path)
	source = text(source, 4, r.Revision)
	if r.Plugin != "" {
		source = text(source, 11, string(plugin))
	}
	m = text(m, 1, string(repo))
	m = text(m, 2, r.Revision)
	if r.Fresh {
		m = protowire.AppendTag(m, 3, protowire.VarintType)
		m = protowire.AppendVarint(m, 1)
	}
	m = text(m, 4, "app.kubernetes.io/instance")
	m = text(m, 5, r.Application)
	m = text(m, 8, r.Namespace)
	m = text(m, 10, string(source))
	if r.KubeVersion != "" {
		m = text(m, 14, r.KubeVersion)
	}
	for _, v := range r.APIVersions {
		m = text(m, 15, v)
	}
	m = text(m, 19, "annotation")
	m = text(m, 24, "*")
	return text(m, 25, "default")
}

func text(message []byte, field protowire.Number, value string) []byte {
	return protowire.AppendString(protowire.AppendTag(message, field, protowire.BytesType), value)
}

// manifests are the first field of the message repository.ManifestResponse.
func manifests(message []byte) ([]string, error) {
	var list []string
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil, fmt.Errorf("read the answer: %w", protowire.ParseError(n))
		}
		value := message[n:]
		size := protowire.ConsumeFieldValue(field, kind, value)
		if size < 0 {
			return nil, fmt.Errorf("read the answer: %w", protowire.ParseError(size))
		}
		if field == 1 {
			manifest, n := protowire.ConsumeString(value)
			if n < 0 {
				return nil, fmt.Errorf("read the answer: %w", protowire.ParseError(n))
			}
			list = append(list, manifest)
		}
		message = value[size:]
	}
	return list, nil
}

// codec passes messages on as they are.
type codec struct{}

// Marshal implements encoding.CodecV2.
func (codec) Marshal(v any) (mem.BufferSlice, error) {
	message, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("write a %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(message)}, nil
}

// Unmarshal implements encoding.CodecV2.
func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("read a %T", v)
	}
	*message = data.Materialize()
	return nil
}

// Name implements encoding.CodecV2. Servers know only this one.
func (codec) Name() string { return "proto" }
