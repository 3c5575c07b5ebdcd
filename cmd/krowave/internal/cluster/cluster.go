// Package cluster reads a Kubernetes cluster: its schemas, and single objects.
//
// In: a kubeconfig, found as kubectl finds it. Out: the OpenAPI v3 documents that the
// API server publishes, and live objects by their names or by labels. It only sends GET
// requests, asks for nothing of a Secret but its metadata, and is the only package of the
// command that knows a cluster.
//
// Of client-go it uses what finds the server and authenticates, nothing that registers types, so
// that the commands that read files start as fast as they would without it.
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	index = "/openapi/v3"
	// maxDocument is the largest document in bytes; that of a large CRD has a few megabytes.
	maxDocument = 64 << 20
	// parallel is the number of requests at once.
	parallel = 8
)

// Config finds a cluster.
type Config struct {
	File    string // the kubeconfig; "" is what kubectl would take
	Context string // "" is the current one
	Agent   string // how to introduce oneself to the server
}

// Server is an API server.
type Server struct {
	client *http.Client
	base   *url.URL
	prefix string // the path that the server is reached under
}

// Connect prepares the requests. It does not send any yet.
func Connect(c Config) (*Server, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.File
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: c.Context}).ClientConfig()
	if err != nil {
		return nil, err
	}
	config.UserAgent = c.Agent
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	return &Server{client: client, base: base, prefix: strings.TrimSuffix(base.Path, "/")}, nil
}

// URL is where the server is.
func (s *Server) URL() string { return s.base.String() }

// Schemas are the OpenAPI v3 documents by their path in the index, such as "apis/apps/v1".
// The error names every document that could not be read; the others are answered beside it.
func (s *Server) Schemas(ctx context.Context) (map[string][]byte, error) {
	data, err := s.get(ctx, index)
	if err != nil {
		return nil, err
	}
	var list struct {
		Paths map[string]struct {
			URL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read %s: %w", index, err)
	}
	paths := slices.Sorted(maps.Keys(list.Paths))
	documents, errs := make([][]byte, len(paths)), make([]error, len(paths))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, path := range paths {
		group.Go(func() error {
			documents[i], errs[i] = s.get(ctx, list.Paths[path].URL)
			return nil // every document is tried
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for i, path := range paths {
		if errs[i] == nil {
			found[path] = documents[i]
		}
	}
	return found, errors.Join(errs...)
}

// get reads one document. The server names its documents from its own root, which may
// lie behind a prefix that only the client knows.
func (s *Server) get(ctx context.Context, path string) ([]byte, error) {
	return s.getAs(ctx, path, "application/json")
}

// getAs is get with the media types that the answer may have.
func (s *Server) getAs(ctx context.Context, path, accept string) ([]byte, error) {
	at, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	target := *s.base
	target.Path, target.RawQuery = at.Path, at.RawQuery
	if !strings.HasPrefix(target.Path, s.prefix+"/") {
		target.Path = s.prefix + target.Path
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	request.Header.Set("Accept", accept)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err // names the request already
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case response.StatusCode != http.StatusOK:
		return nil, &statusError{path, response.Status, response.StatusCode}
	case len(data) > maxDocument:
		return nil, fmt.Errorf("read %s: more than %d bytes", path, maxDocument)
	}
	return data, nil
}
