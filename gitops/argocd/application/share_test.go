package application

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

// TestConcurrent: many requests at one time give what each gives alone.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	all := scenarios(t)
	want := map[string]string{}
	for name, s := range all {
		want[name] = bytesOf(t, renderer(t, Options{}), s.request)
	}
	r := renderer(t, Options{AnswerBytes: 20 << 10, ProgramBytes: 400 << 10, FileBytes: 100 << 10}) // so that things come and go
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			names := slices.Sorted(maps.Keys(all))
			for i := range names {
				name := names[(i*(g+1)+g)%len(names)]
				if diff := cmp.Diff(want[name], bytesOf(t, r, all[name].request)); diff != "" {
					t.Errorf("%s: -want +got\n%s", name, diff)
				}
				if _, err := r.Announce(t.Context(), all[name].request); err != nil && !strings.Contains(name, "outside") {
					t.Errorf("%s: %v", name, err)
				}
				if _, err := r.Discover(t.Context(), all[name].request); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	group.Wait()
}

// monorepo is a library and some applications that use it, each with its namespace and its parameters.
func monorepo(apps int) (fstest.MapFS, []Request) {
	files := fstest.MapFS{
		"platform/rgd.yaml": {Data: []byte(libraryRGD)},
		"krowave.yaml":      {Data: []byte("apiVersion: krowave.dev/v1alpha1\nkind: Config\nrgds: [platform]\n")},
	}
	var requests []Request
	for i := range apps {
		path := fmt.Sprintf("apps/a%03d", i)
		files[path+"/app.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: a%03d}\nspec: {image: i%d}\n", i, i)}
		requests = append(requests, Request{Files: files, Digest: "commit", Path: path, Env: map[string]string{
			variableNamespace: fmt.Sprintf("team-%d", i), parameters.Variable: fmt.Sprintf(`[{"name":"wave-base","string":"%d"}]`, i),
		}})
	}
	return files, requests
}

const libraryRGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema: {apiVersion: v1alpha1, kind: App, spec: {image: string, replicas: integer | default=2}}
  resources:
    - id: config
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.metadata.name}"}, data: {image: "${schema.spec.image}"}}
    - id: service
      template: {apiVersion: v1, kind: Service, metadata: {name: "${schema.metadata.name}"}, spec: {ports: [{port: 80}]}}
`

// TestCompileOnce: one set of RGDs is compiled once, whatever else differs: the application, its namespace, its
// parameters, the commit. A change of the RGD, or of the line that it stands on, is another set.
func TestCompileOnce(t *testing.T) {
	t.Parallel()
	r := renderer(t, Options{Renders: 64})
	files, requests := monorepo(20)
	count := func(requests []Request) int64 {
		var compiled atomic.Int64
		var group sync.WaitGroup
		for i, q := range requests {
			group.Go(func() {
				answer, err := r.Generate(t.Context(), q)
				if err != nil {
					t.Error(err)
					return
				}
				if answer.Compiled {
					compiled.Add(1)
				}
				if want := fmt.Sprintf(`"namespace":"team-%d"`, i); !strings.Contains(answer.Manifests[1], want) {
					t.Errorf("application %d has no %s: %s", i, want, answer.Manifests[1])
				}
			})
		}
		group.Wait()
		return compiled.Load()
	}
	if got := count(requests); got != 1 {
		t.Errorf("20 applications of one library: compiled %d times, want 1", got)
	}
	for i := range requests {
		requests[i].Digest = "the next commit"
	}
	if got := count(requests); got != 0 {
		t.Errorf("the next commit with the same library: compiled %d times, want 0", got)
	}
	changed := maps.Clone(files)
	changed["platform/rgd.yaml"] = &fstest.MapFile{Data: []byte("# moved\n" + libraryRGD)}
	for i := range requests {
		requests[i].Digest, requests[i].Files = "another commit", changed
	}
	if got := count(requests); got != 1 {
		t.Errorf("with another library: compiled %d times, want 1", got)
	}
}

// TestCompileAnew: whatever compiling looks at makes another set of RGDs, and nothing else does.
func TestCompileAnew(t *testing.T) {
	t.Parallel()
	const config = "apiVersion: krowave.dev/v1alpha1\nkind: Config\n"
	const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`
	base := map[string]string{
		"lib/rgd.yaml": libraryRGD, "lib/README.md": "The library.\n", "app/krowave.yaml": config + "rgds: [../lib]\n", "crds/a.yaml": crd,
		"app/app.yaml":  "apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: a}\nspec: {image: i}\n",
		"kustom/a.yaml": libraryRGD, "kustom/b.yaml": "apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: a}\nspec: {image: i}\n",
		"kustom/kustomization.yaml": "resources: [a.yaml, b.yaml]\n",
	}
	cases := map[string]struct {
		reason     string
		path       string
		files      map[string]string // that are different
		parameters string
		want       bool
	}{
		"same":             {"nothing differs", "app", nil, "", false},
		"instance":         {"instances are not compiled", "app", map[string]string{"app/app.yaml": "apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: b}\nspec: {image: i}\n"}, "", false},
		"mode":             {"nor is what is done with the result", "app", nil, `[{"name":"mode","string":"children"},{"name":"strict","string":"true"},{"name":"held","string":"hold"}]`, false},
		"rgd":              {"another text", "app", map[string]string{"lib/rgd.yaml": strings.Replace(libraryRGD, "default=2", "default=3", 1)}, "", true},
		"moved":            {"another place", "app", map[string]string{"lib/rgd.yaml": "\n" + libraryRGD}, "", true},
		"renamed":          {"another file", "app", map[string]string{"lib/rgd.yaml": "", "lib/other.yaml": libraryRGD}, "", true},
		"delivered":        {"an RGD that is delivered is no library", "app", map[string]string{"app/rgd.yaml": libraryRGD, "lib/rgd.yaml": ""}, "", true},
		"crds":             {"a kind that is known", "app", nil, `[{"name":"crds","array":["crds"]}]`, true},
		"delivered crds":   {"a kind that is delivered", "app", map[string]string{"app/crd.yaml": crd}, "", true},
		"version":          {"another Kubernetes", "app", nil, `[{"name":"kubernetes-version","string":"1.35"}]`, true},
		"omit":             {"another language", "app", map[string]string{"app/krowave.yaml": config + "rgds: [../lib]\nfeatures: {omit: true}\n"}, "", true},
		"dimensions":       {"another limit of the compiler", "app", map[string]string{"app/krowave.yaml": config + "rgds: [../lib]\nlimits: {dimensions: 3}\n"}, "", true},
		"kustomized":       {"what kustomize makes of the same file", "kustom", nil, "", true},
		"kustomized other": {"and something else of it", "kustom", map[string]string{"kustom/kustomization.yaml": "resources: [a.yaml, b.yaml]\nlabels: [{pairs: {a: b}}]\n"}, "", true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := renderer(t, Options{AnswerBytes: -1})
			first := Request{Files: mapFS(base, nil), Path: tc.path}
			if name == "kustomized" {
				first.Path = "app"
			}
			for i, step := range []struct {
				q    Request
				want bool
			}{
				{first, true},
				{Request{Files: mapFS(base, tc.files), Path: tc.path, Env: map[string]string{parameters.Variable: tc.parameters}}, tc.want},
				{first, false},
			} {
				answer, err := r.Generate(t.Context(), step.q)
				if err != nil {
					t.Fatal(err)
				}
				if answer.Compiled != step.want {
					t.Errorf("%s: step %d: compiled %t, want %t", tc.reason, i, answer.Compiled, step.want)
				}
			}
		})
	}
}

// mapFS are files, of which some are different; a different one that is empty is not there.
func mapFS(base, different map[string]string) fstest.MapFS {
	texts := maps.Clone(base)
	maps.Copy(texts, different)
	files := fstest.MapFS{}
	for name, text := range texts {
		if text != "" {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return files
}

// TestKept: an answer is kept for exactly what it depends on.
func TestKept(t *testing.T) {
	t.Parallel()
	r := renderer(t, Options{})
	_, requests := monorepo(2)
	with := func(q Request, name, value string) Request {
		q.Env = maps.Clone(q.Env)
		q.Env[name] = value
		return q
	}
	q := requests[0]
	if _, err := r.Generate(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	other := q
	other.Digest = "other"
	anonymous := q
	anonymous.Digest = ""
	cases := map[string]struct {
		reason  string
		request Request
		want    bool
	}{
		"same":        {"the same request", q, true},
		"revision":    {"a variable without effect", with(q, "ARGOCD_APP_REVISION", "1"), true},
		"cluster":     {"a variable without effect", with(q, "KUBE_VERSION", "1.30"), true},
		"name":        {"without live values the name has no effect", with(q, variableName, "other"), true},
		"namespace":   {"another namespace", with(q, variableNamespace, "other"), false},
		"parameters":  {"other parameters", with(q, parameters.Variable, "[]"), false},
		"path":        {"another path", requests[1], false},
		"source path": {"other places in messages", with(q, variableSourcePath, "root/"+q.Path), false},
		"digest":      {"other files", other, false},
		"anonymous":   {"files without a digest", anonymous, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := r.Generate(t.Context(), tc.request)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Cached != tc.want || answer.Cached && answer.Compiled {
				t.Errorf("%s: cached %t, compiled %t, want cached %t", tc.reason, answer.Cached, answer.Compiled, tc.want)
			}
		})
	}
}

// cluster is a source of live values.
type cluster struct {
	asked    []string
	snapshot Snapshot
	err      error
	// current is what there is at this moment, when that differs; confirmed are the Observations that were looked at for it.
	current   *Snapshot
	confirmed []string
}

func (c *cluster) Current(_ context.Context, _ string, observations []types.NamespacedName) (Snapshot, error) {
	for _, name := range observations {
		c.confirmed = append(c.confirmed, name.Namespace)
	}
	if c.current != nil {
		return *c.current, c.err
	}
	return c.snapshot, c.err
}

func (c *cluster) Observed(_ context.Context, application string) (Snapshot, error) {
	c.asked = append(c.asked, application)
	return c.snapshot, c.err
}

// live reads objects as a source of live values has them.
func live(t *testing.T, text string) eval.Observed {
	t.Helper()
	observed, diags := input.LoadObserved(fstest.MapFS{"live.yaml": {Data: []byte(text)}}, []string{"."}, input.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return eval.Whole(observed)
}

const liveService = `{apiVersion: v1, kind: Service, metadata: {name: shop, namespace: prod, uid: "%s"}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}`

// TestValues: live values come from the cluster before they come from files, and what was delivered is never held.
func TestValues(t *testing.T) {
	t.Parallel()
	held := scenarios(t)["held/hold"].request
	observed := scenarios(t)["held/observed"].request
	address := map[string][]string{"Web.kro.run/prod/shop": {"address"}}
	cases := map[string]struct {
		reason   string
		request  Request
		snapshot Snapshot
		want     string // a part of the answer, or of the error
		err      bool
		current  *Snapshot // nil: the same
	}{
		"supplied":       {"the cluster knows what is missing", held, Snapshot{Version: "1", Objects: live(t, fmt.Sprintf(liveService, "from-cluster"))}, `"uid":"from-cluster"`, false, nil},
		"outranks file":  {"the cluster is newer than a file", observed, Snapshot{Version: "1", Objects: live(t, fmt.Sprintf(liveService, "from-cluster"))}, `"uid":"from-cluster"`, false, nil},
		"file":           {"what the cluster does not know comes from the file", observed, Snapshot{Version: "1", Objects: live(t, `{apiVersion: v1, kind: Service, metadata: {name: other, namespace: prod}}`)}, `"uid":"7f"`, false, nil},
		"first install":  {"nothing was delivered, so that the rest is", held, Snapshot{Version: "1"}, HeldAnnotation, false, nil},
		"delivered":      {"what was delivered is not withdrawn, whatever the parameters say", held, Snapshot{Version: "1", Delivered: address}, `"address" of Web.kro.run/prod/shop was. An Observation`, true, nil},
		"others":         {"what was delivered of others says nothing", held, Snapshot{Version: "1", Delivered: map[string][]string{"Web.kro.run/prod/shop": {"service"}}}, HeldAnnotation, false, nil},
		"at this moment": {"what was delivered a moment ago is not withdrawn", held, Snapshot{Version: "1"}, `"address" of Web.kro.run/prod/shop was. An Observation`, true, &Snapshot{Version: "2", Delivered: address}},
		"just known":     {"a value that came a moment ago is used", held, Snapshot{Version: "1", Delivered: address}, `"uid":"from-cluster"`, false, &Snapshot{Version: "2", Objects: live(t, fmt.Sprintf(liveService, "from-cluster"))}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &cluster{snapshot: tc.snapshot, current: tc.current}
			q := tc.request
			q.Env = maps.Clone(q.Env)
			q.Env[variableName] = "shop"
			answer, err := renderer(t, Options{Values: c}).Generate(t.Context(), q)
			var got string
			if _, isHeld := errors.AsType[*HeldError](err); isHeld != tc.err || !isHeld && err != nil {
				t.Fatalf("%s: got %v", tc.reason, err)
			}
			if got = fmt.Sprint(err); err == nil {
				got = strings.Join(answer.Manifests, "\n")
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("%s: no %s in\n%s", tc.reason, tc.want, got)
			}
			if diff := cmp.Diff([]string{"shop"}, c.asked); diff != "" {
				t.Errorf("asked for: -want +got\n%s", diff)
			}
			var confirmed []string
			if tc.err || tc.want == HeldAnnotation || tc.current != nil {
				confirmed = []string{"prod"}
			}
			if diff := cmp.Diff(confirmed, c.confirmed); diff != "" {
				t.Errorf("looked at again: -want +got\n%s", diff)
			}
		})
	}
}

// TestValuesKept: an answer is kept for one version of the live values, and not at all without one.
func TestValuesKept(t *testing.T) {
	t.Parallel()
	c := &cluster{}
	r := renderer(t, Options{Values: c})
	q := scenarios(t)["held/hold"].request
	for i, step := range []struct {
		version string
		want    bool
	}{{"1", false}, {"1", true}, {"2", false}, {"", false}, {"", false}, {"2", true}} {
		c.snapshot.Version = step.version
		answer, err := r.Generate(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Cached != step.want {
			t.Errorf("step %d, version %q: cached %t, want %t", i, step.version, answer.Cached, step.want)
		}
	}
	c.err = errors.New("no connection")
	if _, err := r.Generate(t.Context(), q); !errors.Is(err, c.err) {
		t.Errorf("want the error of the source, got %v", err)
	}
}
