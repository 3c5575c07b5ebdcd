package argocd_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/argocd/sidecar"
)

// webapp is the files of the example of that name.
func webapp(t *testing.T) map[string]string {
	t.Helper()
	return example(t, "webapp", "apps/web", "rgd.yaml", "instances.yaml", "krowave.yaml")
}

func named(name string, parameters ...v1alpha1.ApplicationSourcePluginParameter) *v1alpha1.ApplicationSourcePlugin {
	return &v1alpha1.ApplicationSourcePlugin{Name: name, Parameters: parameters}
}

func parameter(name, value string) v1alpha1.ApplicationSourcePluginParameter {
	return v1alpha1.ApplicationSourcePluginParameter{Name: name, String_: &value}
}

// TestManifests: objects come in order, with waves, and Argo CD finds nothing wrong with them. It adds its own
// annotation to all but CRDs.
func TestManifests(t *testing.T) {
	t.Parallel()
	manifests, err := generate(t.Context(), repo(t, webapp(t)), request(named(krowave)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range manifests {
		o := object(t, m)
		line := o.GetAnnotations()["argocd.argoproj.io/sync-wave"] + " " + o.GetKind() + " " + o.GetName()
		if id := o.GetAnnotations()["argocd.argoproj.io/tracking-id"]; id != "" {
			line += " " + id
		}
		got = append(got, line)
	}
	want := []string{
		"0 CustomResourceDefinition webapps.kro.run",
		"0 ConfigMap shop-env team_web:/ConfigMap:prod/shop-env",
		"0 Deployment shop team_web:apps/Deployment:prod/shop",
		"1 Service shop team_web:/Service:prod/shop",
		"1 Ingress shop team_web:networking.k8s.io/Ingress:prod/shop",
		"2 WebApp shop team_web:kro.run/WebApp:prod/shop",
		"0 ConfigMap stock-env team_web:/ConfigMap:prod/stock-env",
		"0 Deployment stock team_web:apps/Deployment:prod/stock",
		"1 Service stock team_web:/Service:prod/stock",
		"2 WebApp stock team_web:kro.run/WebApp:prod/stock",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestHydrator: the source hydrator tells no versions of Kubernetes, and must get the same bytes.
func TestHydrator(t *testing.T) {
	t.Parallel()
	dir := repo(t, webapp(t))
	want, err := generate(t.Context(), dir, request(named(krowave)))
	if err != nil {
		t.Fatal(err)
	}
	q := request(named(krowave))
	q.KubeVersion, q.ApiVersions = "", nil
	got, err := generate(t.Context(), dir, q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestParallel: many applications of one commit get what one alone gets.
func TestParallel(t *testing.T) {
	t.Parallel()
	dir := repo(t, webapp(t))
	want, err := generate(t.Context(), dir, request(named(krowave)))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			got, err := generate(t.Context(), dir, request(named(krowave)))
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%v -want +got:\n%s", err, d)
			}
		})
	}
	group.Wait()
}

// TestParameters: a parameter reaches the instance, in the type that its schema says.
func TestParameters(t *testing.T) {
	t.Parallel()
	files := webapp(t)
	files["apps/web/instances.yaml"] = strings.Split(files["apps/web/instances.yaml"], "---")[0]
	manifests, err := generate(t.Context(), repo(t, files), request(named(krowave, parameter("spec.replicas", "7"))))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(manifests, func(m string) bool { return object(t, m).GetKind() == "Deployment" })
	spec, _ := object(t, manifests[at]).Object["spec"].(map[string]any)
	if d := cmp.Diff(any(float64(7)), spec["replicas"]); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestErrors: the user reads our message to its end, the same each time, after what Argo CD puts before it.
func TestErrors(t *testing.T) {
	t.Parallel()
	change := func(name, from, to string) map[string]string {
		files := webapp(t)
		files[name] = strings.Replace(files[name], from, to, 1)
		return files
	}
	noise := make([]byte, 3<<20) // larger than what waits between the two processes
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	large := webapp(t)
	large["z/noise.bin"] = string(noise)
	const prefix = failed + "error generating manifests in cmp: rpc error: code = "
	cases := map[string]struct {
		reason string
		files  map[string]string
		link   string // its target; it comes before everything else
		plugin *v1alpha1.ApplicationSourcePlugin
		want   string
		whole  bool // the message has nothing after it
	}{
		"RGD": {
			reason: "with its place", files: change("apps/web/rgd.yaml", "integer | default=2", "intege | default=2"), plugin: named(krowave),
			want: prefix + `InvalidArgument desc = apps/web/rgd.yaml:11:17: SCH003: unknown type "intege"` + "\n  hint: did you mean integer?", whole: true,
		},
		"parameter": {
			reason: "with what was meant", files: webapp(t), plugin: named(krowave, parameter("mod", "expand")),
			want: prefix + `InvalidArgument desc = parameter mod:1:1: PAR002: there is no such parameter` + "\n  hint: did you mean \"mode\"?", whole: true,
		},
		"held": {
			reason: "with the node and the path that is missing", plugin: named(krowave),
			files: example(t, "ack-s3", "apps/web", "rgd.yaml", "instance.yaml", "crds.yaml"),
			want:  prefix + "FailedPrecondition desc = apps/web/rgd.yaml:",
		},
		"nothing": {
			reason: "an application without objects is not an empty success", files: map[string]string{"apps/web/README.md": "x"}, plugin: named(krowave),
			want: prefix + "InvalidArgument desc = ",
		},
		"early verdict": {
			reason: "the answer waits for the end of the upload, or the client would not read it", files: large, link: "../..", plugin: named(krowave),
			want: prefix + "InvalidArgument desc = a/link: the symbolic link to ../.. leaves the tree", whole: true,
		},
		"no such plugin": {
			reason: "Argo CD's own words", files: webapp(t), plugin: named("krowav"),
			want: failed + notFound + ` cmp-server plugin with name "krowav" supporting the given repository`, whole: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := repo(t, tc.files)
			if tc.link != "" {
				if err := errors.Join(os.Mkdir(filepath.Join(dir, "a"), 0o700), os.Symlink(tc.link, filepath.Join(dir, "a", "link"))); err != nil {
					t.Fatal(err)
				}
			}
			var first string
			for range 2 {
				_, err := generate(t.Context(), dir, request(tc.plugin))
				if err == nil {
					t.Fatalf("%s: no error", tc.reason)
				}
				got := err.Error()
				if first == "" {
					first = got
				}
				if !strings.HasPrefix(got, tc.want) || tc.whole && got != tc.want || got != first {
					t.Errorf("%s:\nwant %s\ngot  %s\nfirst %s", tc.reason, tc.want, got, first)
				}
			}
		})
	}
}

// TestSeeking: asked whether an application is its own, the product says yes to RGDs and their instances, and no to others.
func TestSeeking(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files map[string]string
		found bool
	}{
		"RGD and instances": {files: webapp(t), found: true},
		"plain objects":     {files: map[string]string{"apps/web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}},
		"RGD elsewhere":     {files: map[string]string{"apps/web/README.md": "x", "rgds/rgd.yaml": webapp(t)["apps/web/rgd.yaml"]}},
	} {
		for _, plugin := range []*v1alpha1.ApplicationSourcePlugin{{}, named(seeking)} {
			manifests, err := generate(t.Context(), repo(t, tc.files), request(plugin))
			if found := err == nil && len(manifests) == 10; found != tc.found {
				t.Errorf("%s, plugin %q: found %t, want %t (%d manifests, %v)", name, plugin.Name, found, tc.found, len(manifests), err)
			}
		}
	}
}

// TestAnnouncements: the user interface learns the fields of the instance, with type, present value and description.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	files := webapp(t)
	files["apps/web/instances.yaml"] = strings.Split(files["apps/web/instances.yaml"], "---")[0]
	dir := repo(t, files)
	stream, err := detect(t, dir, krowave).GetParametersAnnouncement(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send(t, stream, dir)
	answer, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range answer.GetParameterAnnouncements() {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		got[a.GetName()] = string(text)
	}
	for name, parts := range map[string][]string{
		"mode":          {`"string":"expand"`},
		"spec.replicas": {`"itemType":"number"`, `"string":"3"`, `from 1 to 20`},
		"spec.image":    {`"itemType":"string"`, `"string":"registry.example.com/acme/shop:1.4.2"`},
		"spec.host":     {`Public host name. Without one there is no Ingress.`},
		"spec.env":      {`"collectionType":"map"`},
	} {
		for _, part := range parts {
			if !strings.Contains(got[name], part) {
				t.Errorf("%s: want %s in %s", name, part, got[name])
			}
		}
	}
}

// TestRestart: a server that is gone is an error at once, whether it was killed or stopped, and its successor
// takes its place. It is not parallel: a client that looks at every socket, and that connects just when a server is killed,
// waits for ever for that connection to become ready.
func TestRestart(t *testing.T) { //nolint:paralleltest // see above
	const mortal = "mortal"
	socket := filepath.Join(bin, "sockets", mortal+".sock")
	dir := repo(t, webapp(t))
	for _, end := range []func(*sidecar.Server) error{(*sidecar.Server).Kill, (*sidecar.Server).Stop} {
		s, err := sidecar.Start(context.WithoutCancel(t.Context()), filepath.Join(bin, "cmp-server"), "serve", "--socket-dir", filepath.Dir(socket), "--name", mortal)
		if err != nil {
			t.Fatal(err)
		}
		manifests, err := generate(t.Context(), dir, request(named(mortal)))
		if len(manifests) != 10 || err != nil {
			t.Errorf("%d manifests, %v", len(manifests), err)
		}
		if err := end(s); err != nil {
			t.Fatal(err)
		}
		_, err = generate(t.Context(), dir, request(named(mortal)))
		if want := notFound + ` cmp-server plugin with name "mortal"`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket of a stopped server: %v", err)
	}
}

// What this version of Argo CD puts before our messages.
const (
	failed   = `CMP processing failed for application "team_web": `
	notFound = "could not find"
)
