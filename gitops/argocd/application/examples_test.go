package application

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const examples = "../../../examples"

// TestExamples: what the plugin delivers of every example is what the command renders of it, object by object and in the
// same order, but for the annotations that speak to Argo CD. Every object has a sync wave, and nothing is held.
func TestExamples(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	r := renderer(t, Options{})
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			answer, err := r.Generate(t.Context(), Request{Files: os.DirFS(examples), Digest: "examples", Path: e.Name()})
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(examples + "/" + e.Name() + "/rendered.yaml")
			if err != nil {
				t.Fatal(err)
			}
			var want, got []map[string]any
			for document := range strings.SplitSeq(string(text), "\n---\n") {
				var o map[string]any
				if err := yaml.Unmarshal([]byte(document), &o); err != nil {
					t.Fatal(err)
				}
				want = append(want, o)
			}
			for _, manifest := range answer.Manifests {
				got = append(got, unannotated(t, manifest))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-command +plugin\n%s", diff)
			}
			if len(answer.Held) > 0 || len(answer.Warnings) > 0 {
				t.Errorf("held %v, warnings %v", answer.Held, answer.Warnings)
			}
		})
	}
}

// unannotated is a manifest without what Argo CD reads.
func unannotated(t *testing.T, manifest string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(manifest), &o); err != nil {
		t.Fatal(err)
	}
	metadata, _ := o["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations["argocd.argoproj.io/sync-wave"] == nil {
		t.Errorf("no sync wave: %s", manifest)
	}
	delete(annotations, "argocd.argoproj.io/sync-wave")
	delete(annotations, "argocd.argoproj.io/sync-options")
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	return o
}

// TestEncoding: a manifest is one line of compact JSON with sorted keys, and letters that HTML would escape are as they are.
func TestEncoding(t *testing.T) {
	t.Parallel()
	got, err := encode([]map[string]any{
		{"kind": "A", "apiVersion": "v1", "data": map[string]any{"z": "<&>\u2028\n", "a": int64(9007199254740993), "f": 0.5, "t": true, "n": nil, "l": []any{"x"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`{"apiVersion":"v1","data":{"a":9007199254740993,"f":0.5,"l":["x"],"n":null,"t":true,"z":"<&>\u2028\n"},"kind":"A"}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
