package known_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/input"
)

// fromFiles reads what a file of live objects says.
func fromFiles(tb testing.TB, text string) (eval.Observed, diag.List) {
	tb.Helper()
	live, diags := input.LoadObserved(fstest.MapFS{"observed.yaml": {Data: []byte(text)}}, []string{"."}, input.Options{})
	observed, more := known.FromFiles(live)
	return observed, append(diags, more...)
}

// TestDiagnostics: each case says what is wrong with its observed.yaml.
func TestDiagnostics(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, diags := fromFiles(t, string(archive.Files[0].Data))
			var got strings.Builder
			if err := diag.Print(&got, diags.Sorted(), diag.Style{}); err != nil {
				t.Fatal(err)
			}
			if os.Getenv("UPDATE") != "" {
				archive.Files[1].Data = []byte(got.String())
				if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got.String()); diff != "" {
				t.Errorf("%s: -want +got\n%s", archive.Comment, diff)
			}
		})
	}
}

const committed = `apiVersion: v1
kind: List
items:
- apiVersion: krowave.dev/v1alpha1
  kind: Observation
  metadata: {name: a, namespace: prod}
  spec:
    instance: {apiVersion: kro.run/v1alpha1, kind: App, namespace: prod, name: app}
    rgd: {name: app, digest: ""}
    instanceFields: [metadata.uid]
    nodes:
    - {id: bucket, apiVersion: acme.io/v1, kind: Bucket, name: b, delivery: Delivered, readiness: Status, fields: [status.arn, status.id, "metadata.labels[\"a.b/c\"]"]}
    - {id: parts, item: 1, apiVersion: acme.io/v1, kind: Part, namespace: prod, name: p1, delivery: Delivered, readiness: Status, fields: [""]}
    - {id: creds, apiVersion: v1, kind: Secret, namespace: prod, name: creds, delivery: External, readiness: Exists, fields: [metadata, data.password]}
    - {id: maps, apiVersion: v1, kind: ConfigMap, namespace: prod, selector: {matchLabels: {a: b}}, delivery: External, readiness: Exists, fields: [data.x]}
    - {id: none, apiVersion: v1, kind: ConfigMap, namespace: prod, selector: {matchLabels: {c: d}}, delivery: External, readiness: Exists}
    - {id: denied, apiVersion: v1, kind: ConfigMap, namespace: prod, selector: {matchLabels: {e: f}}, delivery: External, readiness: Exists}
  status:
    instance: {exists: true, objects: [{namespace: prod, name: app, fields: [{path: metadata.uid, value: u1}]}]}
    nodes:
    - {id: bucket, exists: true, objects: [{namespace: prod, name: b, observedAt: "2026-01-02T03:04:05Z", fields: [{path: status.arn, value: "arn:1"}, {path: status.id}, {path: "metadata.labels[\"a.b/c\"]", missing: metadata.labels}]}]}
    - {id: parts, item: 1, objects: [{namespace: prod, name: p1, fields: [{path: "", value: {spec: {size: 3}}}]}]}
    - {id: creds, exists: true, objects: [{namespace: prod, name: creds, fields: [{path: data.password, value: MARKER}, {path: metadata, value: {annotations: {kubectl.kubernetes.io/last-applied-configuration: MARKER, x: why}}}]}]}
    - {id: maps, exists: true, objects: [{namespace: prod, name: m2, labels: {a: b}, fields: [{path: data.x}]}, {namespace: prod, name: m1, labels: {a: b}, fields: [{path: data.x, value: one}]}]}
    - {id: none, reason: NotFound}
    - {id: denied, reason: Forbidden}
- apiVersion: acme.io/v1
  kind: Bucket
  metadata: {name: other}
`

// TestFind: what Observations in files say, and what stands beside them.
func TestFind(t *testing.T) {
	t.Parallel()
	observed, diags := fromFiles(t, committed)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	at := func(text string) fieldpath.Path {
		p, err := fieldpath.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	cases := map[string]struct {
		reason                string
		group, kind, ns, name string
		want                  map[string]any
		known, unknown        []string
	}{
		"Bucket": {
			"a field that was asked for and is not there is known to be absent, from the first part that is missing; an object is found under the name that was asked for",
			"acme.io", "Bucket", "", "b",
			map[string]any{"apiVersion": "acme.io/v1", "kind": "Bucket", "metadata": map[string]any{"name": "b", "namespace": "prod"}, "status": map[string]any{"arn": "arn:1"}},
			[]string{"status.arn", "status.id", "metadata.labels", "metadata.name"},
			[]string{"status", "status.other", "metadata", "metadata.annotations", "spec"},
		},
		"Item": {
			"the whole object", "acme.io", "Part", "prod", "p1",
			map[string]any{"apiVersion": "acme.io/v1", "kind": "Part", "metadata": map[string]any{"name": "p1", "namespace": "prod"}, "spec": map[string]any{"size": int64(3)}},
			[]string{"", "status", "spec.size"},
			nil,
		},
		"Secret": {
			"of a Secret nothing but metadata counts, without kubectl's copy", "", "Secret", "prod", "creds",
			map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "creds", "namespace": "prod", "annotations": map[string]any{"x": "why"}}},
			[]string{"metadata"},
			[]string{"data", "data.password", "stringData"},
		},
		"Instance": {
			"the instance", "kro.run", "App", "prod", "app",
			map[string]any{"apiVersion": "kro.run/v1alpha1", "kind": "App", "metadata": map[string]any{"name": "app", "namespace": "prod", "uid": "u1"}},
			[]string{"metadata.uid"},
			[]string{"status", "metadata.generation"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := observed.Find(schema.GroupKind{Group: tc.group, Kind: tc.kind}, tc.ns, tc.name)
			if diff := cmp.Diff(tc.want, got.Object); diff != "" || !ok {
				t.Errorf("%s: found %t: -want +got\n%s", tc.reason, ok, diff)
			}
			for _, path := range tc.known {
				if !got.Known.Has(at(path)) {
					t.Errorf("%s: %q is not known", tc.reason, path)
				}
			}
			for _, path := range tc.unknown {
				if got.Known.Has(at(path)) {
					t.Errorf("%s: %q is known", tc.reason, path)
				}
			}
		})
	}
	if o, ok := observed.Find(schema.GroupKind{Group: "acme.io", Kind: "Bucket"}, "", "other"); !ok || o.Known != nil {
		t.Errorf("a whole object beside the Observation: %v %v", o, ok)
	}
	if _, ok := observed.Find(schema.GroupKind{Kind: "Pod"}, "", "x"); ok {
		t.Error("an object that nobody knows")
	}
}

// TestList: a list is complete for the selector that was asked for.
func TestList(t *testing.T) {
	t.Parallel()
	observed, _ := fromFiles(t, committed)
	cases := map[string]struct {
		reason, ns, selector string
		want                 []string
		complete             bool
	}{
		"Asked":  {"sorted by name", "prod", "a=b", []string{"m1", "m2"}, true},
		"Empty":  {"there is none, and that is known", "prod", "c=d", nil, true},
		"Denied": {"nobody could look", "prod", "e=f", nil, false},
		"Other":  {"a selector that nobody asked for", "prod", "a=c", nil, false},
		"All":    {"another namespace", "", "a=b", nil, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selector, err := labels.Parse(tc.selector)
			if err != nil {
				t.Fatal(err)
			}
			list, complete := observed.List(schema.GroupKind{Kind: "ConfigMap"}, tc.ns, selector)
			var got []string
			for _, l := range list {
				got = append(got, field(l.Object, "name"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || complete != tc.complete {
				t.Errorf("%s: complete %t: -want +got\n%s", tc.reason, complete, diff)
			}
		})
	}
}

// TestVersion: equal knowledge has equal versions, whatever the times are, and other knowledge another one.
func TestVersion(t *testing.T) {
	t.Parallel()
	version := func(arn, at string) string {
		text := strings.NewReplacer("arn:1", arn, "2026-01-02T03:04:05Z", at).Replace(committed)
		observed, _ := fromFiles(t, text)
		return observed.(*known.Snapshot).Version() //nolint:forcetypeassert // a test
	}
	first := version("arn:1", "2026-01-02T03:04:05Z")
	if first != version("arn:1", "2026-02-02T03:04:05Z") {
		t.Error("another time is another version")
	}
	if first == version("arn:2", "2026-01-02T03:04:05Z") {
		t.Error("another value is the same version")
	}
}

// FuzzFromFiles reads files of any content. It never panics, and never answers a value of a Secret.
func FuzzFromFiles(f *testing.F) {
	f.Add(committed)
	f.Add("apiVersion: krowave.dev/v1alpha1\nkind: Observation\nmetadata: {name: a}\nspec: {nodes: [{id: a, apiVersion: v1, kind: Secret, name: s}]}\n" +
		"status: {nodes: [{id: a, objects: [{name: s, fields: [{path: \"data[0].x\", value: 1}, {path: \"\", value: {data: {a: b}}}]}]}]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		observed, _ := fromFiles(t, text)
		for _, name := range []string{"creds", "s"} {
			for _, ns := range []string{"", "prod"} {
				o, _ := observed.Find(schema.GroupKind{Kind: "Secret"}, ns, name)
				if o.Object["data"] != nil || o.Object["stringData"] != nil {
					t.Errorf("a value of a Secret: %v", o.Object)
				}
			}
		}
		b, ok := observed.Find(schema.GroupKind{Group: "acme.io", Kind: "Bucket"}, "", "b")
		if ok {
			_ = value.Gap(value.WrapKnown(b.Object, nil, value.UnknownIn("b"), b.Known))
		}
	})
}

// TestMayAsk: of a Secret nothing is asked but metadata.
func TestMayAsk(t *testing.T) {
	t.Parallel()
	object := map[string]any{
		"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"p": "MARKER"},
		"metadata": map[string]any{"name": "s", "annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": "MARKER", "a": "b"}},
	}
	got := known.Answer(object, []string{"", "data", "data.p", "metadata", "metadata.annotations", `metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]`, "x["})
	var paths []string
	for _, f := range got {
		paths = append(paths, f.Path)
		if strings.Contains(string(f.Value.Raw), "MARKER") {
			t.Errorf("%s has a value of the Secret: %s", f.Path, f.Value.Raw)
		}
	}
	if diff := cmp.Diff([]string{"metadata", "metadata.annotations"}, paths); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var o v1alpha1.ObservedNode
	if report := known.Report(o, nil, nil); report.Exists || report.Reason != "NotFound" {
		t.Errorf("an object that is not there: %+v", report)
	}
}
