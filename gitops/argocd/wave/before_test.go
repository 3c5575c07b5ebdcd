package wave_test

import (
	"slices"
	"testing"

	"github.com/krowave/krowave/gitops/argocd/wave"
)

func TestBefore(t *testing.T) {
	t.Parallel()
	object := func(kind, name string, annotations ...string) map[string]any {
		all := map[string]any{}
		for pair := range slices.Chunk(annotations, 2) {
			all[pair[0]] = pair[1]
		}
		return map[string]any{"apiVersion": "v1", "kind": kind, "metadata": map[string]any{"name": name, "annotations": all}}
	}
	const key, hook = "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/hook"
	for name, c := range map[string]struct {
		reason  string
		objects []map[string]any
		want    int
	}{
		"nothing":         {reason: "what has no wave has the wave 0", want: -1},
		"none":            {reason: "an object without a wave is in the wave 0", objects: []map[string]any{object("ConfigMap", "a")}, want: -1},
		"lowest":          {reason: "the lowest of all counts", objects: []map[string]any{object("ConfigMap", "a", key, "3"), object("ConfigMap", "b", key, "-7")}, want: -8},
		"hook":            {reason: "hooks of other phases come before or after all waves of the sync", objects: []map[string]any{object("Job", "a", key, "-5", hook, "PreSync"), object("ConfigMap", "b", key, "2")}, want: 1},
		"namespace":       {reason: "nothing can be in a namespace that is not there", objects: []map[string]any{object("ConfigMap", "a", key, "-3"), object("Namespace", "prod", key, "1")}, want: 1},
		"other namespace": {reason: "another namespace is an object like others", objects: []map[string]any{object("Namespace", "test", key, "1")}, want: 0},
	} {
		if got := wave.Before(c.objects, "prod"); got != c.want {
			t.Errorf("%s: %s: Before() = %d, want %d", name, c.reason, got, c.want)
		}
	}
}
