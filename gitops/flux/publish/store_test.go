package publish_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/publish"
)

// clock is a time that a test moves.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

func open(t *testing.T, o publish.Options) (*publish.Store, string) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Address = "flux-controller.flux-system.svc.cluster.local."
	if o.Now == nil {
		o.Now = newClock().Now
	}
	s, err := publish.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, o.Dir
}

func owner() *v1alpha1.GraphArtifact {
	return &v1alpha1.GraphArtifact{ObjectMeta: metav1.ObjectMeta{Namespace: "flux-system", Name: "shop"}}
}

func publishing(t *testing.T, s *publish.Store, files publish.Files) *meta.Artifact {
	t.Helper()
	a, err := s.Publish(t.Context(), owner(), files, "main@sha1:abc")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// names are the files of the owner, sorted.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "externalartifact", "flux-system", "shop"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestPublish: what is said of an artifact, and that the same files give the same one anywhere.
func TestPublish(t *testing.T) {
	t.Parallel()
	s, _ := open(t, publish.Options{})
	files := content(t, settings, web)
	got := publishing(t, s, files)
	hexadecimal := strings.TrimPrefix(publish.Revision(files), "latest@sha256:")
	want := &meta.Artifact{
		Digest: got.Digest, Size: got.Size, Revision: publish.Revision(files),
		Path:           "externalartifact/flux-system/shop/" + hexadecimal + ".tar.gz",
		URL:            "http://flux-controller.flux-system.svc.cluster.local./externalartifact/flux-system/shop/" + hexadecimal + ".tar.gz",
		LastUpdateTime: metav1.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		Metadata:       map[string]string{"org.opencontainers.image.revision": "main@sha1:abc"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	later := newClock()
	later.pass(time.Hour)
	other, _ := open(t, publish.Options{Now: later.Now})
	again := publishing(t, other, content(t, settings, web))
	if d := cmp.Diff(got.Digest, again.Digest); d != "" {
		t.Errorf("the digest of another store: -want +got:\n%s", d)
	}
}

// TestRead: manifests come back byte by byte, also those that YAML would change.
func TestRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ reason, manifest string }{
		"plain":      {"an object", web},
		"colon":      {"a name that is no name of a file", role},
		"whole":      {"a float that looks whole", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"n":1.0}}`},
		"exponent":   {"an exponent", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"n":1e30}}`},
		"huge":       {"an integer that no float holds", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"n":123456789012345678901234567890}}`},
		"large":      {"an unsigned integer", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"n":18446744073709551615}}`},
		"order":      {"keys in another order", `{"kind":"A","apiVersion":"a/v1","metadata":{"name":"a"}}`},
		"spaces":     {"spaces", `{"apiVersion": "a/v1", "kind": "A", "metadata": {"name": "a"}}`},
		"escapes":    {"HTML", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"s":"\u003ca\u003e \u0026"}}`},
		"traps":      {"strings that YAML takes for others", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"a":"yes","b":"0x1F","c":"1e3","d":"","e":"null","f":"2001-01-01","g":" x\n\ty\n"}}`},
		"expression": {"kro's own syntax", `{"apiVersion":"a/v1","kind":"A","metadata":{"name":"a"},"spec":{"a":"${b.c}"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := open(t, publish.Options{})
			a := publishing(t, s, content(t, settings, tc.manifest))
			got, err := s.Read(a)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if d := cmp.Diff(settings, string(got["shop_web__ConfigMap"])); d != "" {
				t.Errorf("%s: the other manifest -want +got:\n%s", tc.reason, d)
			}
			delete(got, "shop_web__ConfigMap")
			for _, manifest := range got {
				if d := cmp.Diff(tc.manifest, string(manifest)); d != "" {
					t.Errorf("%s: -want +got:\n%s", tc.reason, d)
				}
			}
			if len(got) != 1 {
				t.Errorf("%s: %d other manifests, want 1: %v", tc.reason, len(got), keys(got))
			}
		})
	}
}

// TestReadIDs: the IDs are those of the inventory.
func TestReadIDs(t *testing.T) {
	t.Parallel()
	s, _ := open(t, publish.Options{})
	got, err := s.Read(publishing(t, s, content(t, settings, web, role)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"_system:web/../x_rbac.authorization.k8s.io_ClusterRole", "shop_web__ConfigMap", "shop_web_apps_Deployment"}
	if d := cmp.Diff(want, keys(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestLost: an artifact that is not what was stored is told from one that cannot be read now, and publishing repairs it.
func TestLost(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		harm   func(t *testing.T, file string)
		change func(*meta.Artifact)
		want   string
	}{
		"missing":    {reason: "an emptyDir is empty after a restart", harm: remove, want: "there is no such file"},
		"damaged":    {reason: "a bit is another one", harm: overwrite("x"), want: "the file does not have its digest"},
		"empty":      {reason: "a disk that lost power", harm: overwrite(""), want: "the file does not have its digest"},
		"a link":     {reason: "it leads out", harm: link, want: "there is no such file"},
		"a folder":   {reason: "no file at all", harm: folder, want: "there is no such file"},
		"traversal":  {reason: "a status that somebody wrote", change: func(a *meta.Artifact) { a.Path = "../../etc/passwd" }, want: "it is not a path of this storage"},
		"absolute":   {reason: "a status that somebody wrote", change: func(a *meta.Artifact) { a.Path = "/etc/passwd" }, want: "it is not a path of this storage"},
		"up inside":  {reason: "another owner's", change: func(a *meta.Artifact) { a.Path = strings.Replace(a.Path, "flux-system", "..", 1) }, want: "it is not a path of this storage"},
		"no digest":  {reason: "nothing to check by", change: func(a *meta.Artifact) { a.Digest = "" }, want: "the file does not have its digest"},
		"other name": {reason: "of no form that is written", change: func(a *meta.Artifact) { a.Path += ".unfinished" }, want: "it is not a path of this storage"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := open(t, publish.Options{})
			files := content(t, settings)
			a := publishing(t, s, files)
			if err := s.Verify(a); err != nil {
				t.Fatal(err)
			}
			if tc.harm != nil {
				tc.harm(t, filepath.Join(dir, a.Path))
			}
			if tc.change != nil {
				tc.change(a)
			}
			_, err := s.Read(a)
			for call, err := range map[string]error{"Verify": s.Verify(a), "Read": err} {
				lost, ok := errors.AsType[*publish.LostError](err)
				if !ok {
					t.Fatalf("%s: %s: %v, want a *LostError", tc.reason, call, err)
				}
				if d := cmp.Diff(tc.want, lost.Reason); d != "" {
					t.Errorf("%s: %s: -want +got:\n%s", tc.reason, call, d)
				}
			}
			if name == "a folder" {
				return // nobody but an administrator makes one
			}
			if err := s.Verify(publishing(t, s, files)); err != nil {
				t.Errorf("%s: published again: %v", tc.reason, err)
			}
		})
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

func overwrite(text string) func(*testing.T, string) {
	return func(t *testing.T, file string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, file string) {
	t.Helper()
	if err := errors.Join(os.Rename(file, file+".moved"), os.Symlink(file+".moved", file)); err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T, file string) {
	t.Helper()
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o750)); err != nil {
		t.Fatal(err)
	}
}

// TestPublishRefusals: what cannot be stored leaves nothing behind.
func TestPublishRefusals(t *testing.T) {
	t.Parallel()
	s, dir := open(t, publish.Options{})
	for _, name := range []string{"", ".", "..", "a/b", `a\b`} {
		bad := owner()
		bad.Name = name
		if _, err := s.Publish(t.Context(), bad, nil, ""); err == nil {
			t.Errorf("the name %q is accepted", name)
		}
		if err := s.RemoveAll(bad); err == nil {
			t.Errorf("the name %q is accepted for removal", name)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Publish(gone, owner(), nil, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("%v, left behind: %v", err, entries)
	}
}

// TestRetention: a file outlives its artifact by the retention, counted from when a newer one took its place.
func TestRetention(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, dir := open(t, publish.Options{Now: c.Now, RetentionTTL: time.Minute, RetentionRecords: 2})
	var published []*meta.Artifact
	step := func(text string, after time.Duration) *meta.Artifact {
		t.Helper()
		a := publishing(t, s, content(t, strings.Replace(web, "2", text, 1)))
		if err := s.GarbageCollect(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		c.pass(after)
		published = append(published, a)
		return a
	}
	stored := func(reason string, want ...*meta.Artifact) {
		t.Helper()
		var files []string
		for _, a := range want {
			files = append(files, filepath.Base(a.Path))
		}
		slices.Sort(files)
		if d := cmp.Diff(files, names(t, dir)); d != "" {
			t.Errorf("%s: -want +got:\n%s", reason, d)
		}
	}
	first := step("3", time.Hour)
	second := step("4", 10*time.Second)
	third := step("5", 10*time.Second)
	stored("the first was replaced 20 seconds ago", first, second, third)
	fourth := step("6", time.Hour)
	stored("the first was replaced 20 seconds ago, others later", first, second, third, fourth)
	again := step("4", time.Second)
	stored("the current one and the one before it stay; the second is the newest again", fourth, again)
	if again.Path != second.Path || !again.LastUpdateTime.After(second.LastUpdateTime.Time) {
		t.Errorf("published again: %v, first %v", again, second)
	}
	same := step("4", 0)
	if d := cmp.Diff(again, same); d != "" {
		t.Errorf("the newest published again -want +got:\n%s", d)
	}
	if err := os.WriteFile(filepath.Join(dir, same.Path)+".unfinished", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.GarbageCollect(t.Context(), same); err != nil {
		t.Fatal(err)
	}
	stored("what an interrupted write left is gone", fourth, same)
	if err := s.RemoveAll(owner()); err != nil {
		t.Fatal(err)
	}
	for _, a := range published {
		if _, ok := errors.AsType[*publish.LostError](s.Verify(a)); !ok {
			t.Errorf("%s is still there", a.Path)
		}
	}
	if err := s.RemoveAll(owner()); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
}
