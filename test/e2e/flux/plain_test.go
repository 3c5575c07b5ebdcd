package flux_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/repository"
)

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: plain, namespace: NAMESPACE}
data: {from: NAMESPACE}
`

// git: what Flux does without krowave, from a commit to an object. When this fails, the rest says nothing.
func git(t *testing.T, s *suite) {
	t.Helper()
	const namespace = "plain-git"
	s.cluster.Namespace(t, namespace)
	repo := repository.New(t)
	repo.Write(t, "app/map.yaml", expand(configMap, "NAMESPACE", namespace))
	repo.Commit(t, "Add a ConfigMap")
	s.cluster.Apply(t,
		flux.Object(flux.Repository(namespace, "app"), map[string]any{
			"interval": "1h", "url": repo.Serve(t), "ref": map[string]any{"branch": repository.Branch},
		}),
		flux.Object(flux.Kustomization(namespace, "app"), map[string]any{
			"interval": "1h", "retryInterval": "2s", "prune": true, "path": "./app",
			"sourceRef": map[string]any{"kind": "GitRepository", "name": "app"},
		}))
	s.cluster.Exists(t, cluster.Named("v1", "ConfigMap", namespace, "plain"))
}

// artifact: kustomize-controller applies an ExternalArtifact that is written by hand.
func artifact(t *testing.T, s *suite) {
	t.Helper()
	const namespace = "plain-artifact"
	s.cluster.Namespace(t, namespace)
	archive := pack(t, "map.yaml", expand(configMap, "NAMESPACE", namespace))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) }))
	t.Cleanup(server.Close)
	ref := flux.Artifact(namespace, "app")
	s.cluster.Apply(t, flux.Object(ref, map[string]any{}))
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(archive))
	s.cluster.Merge(t, ref, map[string]any{"status": map[string]any{
		"artifact": map[string]any{
			"path": "app.tar.gz", "url": server.URL + "/app.tar.gz", "revision": "latest@" + digest, "digest": digest,
			"lastUpdateTime": "2026-01-01T00:00:00Z", "size": len(archive),
		},
		"conditions": []any{map[string]any{
			"type": "Ready", "status": "True", "reason": "Succeeded", "message": "written by the test", "lastTransitionTime": "2026-01-01T00:00:00Z",
		}},
	}}, "status")
	s.cluster.Apply(t, flux.Object(flux.Kustomization(namespace, "app"), map[string]any{
		"interval": "1h", "retryInterval": "2s", "prune": true,
		"sourceRef": map[string]any{"kind": "ExternalArtifact", "name": "app"},
	}))
	s.cluster.Exists(t, cluster.Named("v1", "ConfigMap", namespace, "plain"))
}

// pack is a gzip-compressed tar archive of one file.
func pack(t *testing.T, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	files := tar.NewWriter(zip)
	if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
