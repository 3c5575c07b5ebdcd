package servers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/krowave/krowave/test/servers"
)

// trivial is a directory of modules with a server that builds in no time.
func trivial(t *testing.T) (string, servers.Server) {
	t.Helper()
	dir := t.TempDir()
	module := filepath.Join(dir, "hello")
	if err := os.Mkdir(module, 0o750); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":  "module example.com/hello\n\ngo 1.26.0\n",
		"go.sum":  "",
		"main.go": "package main\n\nvar word = \"nothing\"\n\nfunc main() { println(word) }\n",
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, servers.Server{Name: "hello", Module: "hello", Package: "example.com/hello", Set: "main.word=hello"}
}

// TestBuild: several builds at once all give the file, and a later one does not build again.
func TestBuild(t *testing.T) {
	t.Parallel()
	modules, server := trivial(t)
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if _, err := (servers.Cache{Dir: dir, Modules: modules, Log: t.Output()}).Build(t.Context(), server); err != nil {
				t.Errorf("Build(): %v", err)
			}
		})
	}
	group.Wait()
	var log strings.Builder
	path, err := servers.Cache{Dir: dir, Modules: modules, Log: &log}.Build(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "built already") {
		t.Errorf("a second Build() says %q, want that it is there", &log)
	}
	out, err := exec.CommandContext(t.Context(), path).CombinedOutput()
	if err != nil || string(out) != "hello\n" {
		t.Errorf("the server prints %q, %v, want the word that was set when linking", out, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left beside the server, %v", len(entries), err)
	}
}

// TestPath: what a server is made of decides where it lies.
func TestPath(t *testing.T) {
	t.Parallel()
	modules, server := trivial(t)
	cache := servers.Cache{Dir: t.TempDir(), Modules: modules}
	path := func(s servers.Server) string {
		t.Helper()
		p, err := cache.Path(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := path(server)
	other := server
	other.Set = "main.word=bye"
	if path(other) == before {
		t.Error("another variable when linking gives the same file")
	}
	if err := os.WriteFile(filepath.Join(modules, "hello", "go.sum"), []byte("example.com/x v1.0.0 h1:x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if path(server) == before {
		t.Error("another go.sum gives the same file")
	}
}

// TestBuildFails: what the Go command says is in the error, and nothing is left behind.
func TestBuildFails(t *testing.T) {
	t.Parallel()
	modules, server := trivial(t)
	server.Package = "example.com/hello/missing"
	dir := t.TempDir()
	_, err := servers.Cache{Dir: dir, Modules: modules, Log: t.Output()}.Build(t.Context(), server)
	if err == nil || !strings.Contains(err.Error(), "example.com/hello/missing") {
		t.Errorf("Build() of a package that is not there = %v", err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(found) > 0 {
		t.Errorf("left behind: %v, %v", found, err)
	}
}

// TestModules: every server's module is there and pinned.
func TestModules(t *testing.T) {
	t.Parallel()
	cache := servers.Cache{Dir: t.TempDir(), Modules: "."}
	for _, s := range servers.All() {
		if _, err := cache.Path(s); err != nil {
			t.Error(err)
		}
		if _, err := cache.Find(s.Name); err == nil || !strings.Contains(err.Error(), "make e2e") {
			t.Errorf("Find(%s) before it is built = %v, want what to run", s.Name, err)
		}
	}
}
