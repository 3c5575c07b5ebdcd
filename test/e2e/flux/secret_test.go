package flux_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/test/e2e/cluster"
)

// marker is what a Secret holds. It stands nowhere else in the product.
const marker = "Vq7-marker-of-a-secret"

// secret: what a Secret holds shows up nowhere, though an RGD asks for it: not in artifacts, objects, events, logs or metrics.
// The node that wants it is held, with advice.
func secret(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Secretive")
	k.repo.Write(t, "app/rgd.yaml", k.text(t, "secret-rgd.yaml", ""))
	k.instance(t, "one")
	k.cluster.Apply(t, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "stringData": map[string]any{"password": marker},
		"metadata": map[string]any{"name": "credentials", "namespace": k.namespace},
	}})
	k.deliver(t, nil)
	k.cluster.Exists(t, cluster.Named("v1", "ConfigMap", k.namespace, "one-named"))
	k.condition(t, "Resolved", "False", "", "secretKeyRef")
	k.waiting(t, "Held one/copied", "NotReady one/")

	forbidden := [][]byte{[]byte(marker), []byte(base64.StdEncoding.EncodeToString([]byte(marker)))}
	check := func(where string, text []byte) {
		for _, word := range forbidden {
			if bytes.Contains(text, word) {
				t.Errorf("the secret stands in %s", where)
			}
		}
	}
	check("the log", s.controller.Process().Output())
	check("the metrics", get(t, "http://"+s.controller.Metrics+"/metrics"))
	artifacts(t, s.controller.Storage, check)
	for _, u := range k.everything(t) {
		data, err := u.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		check(cluster.RefOf(u).String(), data)
	}
}

// everything are all objects of the namespace but Secrets, events among them.
func (k *stack) everything(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	k.cluster.Discovery.Invalidate()
	lists, err := k.cluster.Discovery.ServerPreferredNamespacedResources()
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	for _, list := range lists {
		for _, r := range list.APIResources {
			gv, err := schema.ParseGroupVersion(list.GroupVersion)
			if err != nil || r.Kind == "Secret" || !slices.Contains(r.Verbs, "list") {
				continue
			}
			found, err := k.cluster.Dynamic.Resource(gv.WithResource(r.Name)).Namespace(k.namespace).List(t.Context(), metav1.ListOptions{})
			if err != nil {
				t.Fatalf("list %s: %v", r.Name, err)
			}
			for i := range found.Items {
				all = append(all, &found.Items[i])
			}
		}
	}
	if len(all) < 5 {
		t.Errorf("the namespace has only %d objects", len(all))
	}
	return all
}

// artifacts checks every file below a directory, unpacked.
func artifacts(t *testing.T, dir string, check func(string, []byte)) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	count := 0
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".tar.gz") {
			return err
		}
		file, err := root.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		unzipped, err := gzip.NewReader(file)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(unzipped)
		if count++; err == nil {
			check(path, data)
		}
		return err
	})
	if err != nil || count == 0 {
		t.Errorf("%d artifacts were checked: %v", count, err)
	}
}

// get is what an HTTP server answers.
func get(t *testing.T, url string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("get %s: %s, %v", url, response.Status, err)
	}
	return data
}
