// Package repository makes Git repositories that servers on this machine can fetch from.
//
// In: files. Out: commits on the branch main of a bare repository with a file:// URL. The repository ends with the test.
// It uses the git binary, as Argo CD does, with no configuration but its own.
package repository

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Branch is the branch that commits go to.
const Branch = "main"

// Repository is a bare repository and the files of its next commit.
type Repository struct {
	URL  string
	bare string
	tree string
}

// New makes a repository without commits.
func New(tb testing.TB) *Repository {
	tb.Helper()
	dir := tb.TempDir()
	r := &Repository{bare: filepath.Join(dir, "repository.git"), tree: filepath.Join(dir, "tree")}
	r.URL = "file://" + filepath.ToSlash(r.bare)
	if err := os.Mkdir(r.tree, 0o750); err != nil {
		tb.Fatal(err)
	}
	r.git(tb, "init", "--quiet", "--bare", "--initial-branch="+Branch, r.bare)
	return r
}

// Write puts a file into the next commit.
func (r *Repository) Write(tb testing.TB, name, content string) {
	tb.Helper()
	tree, err := os.OpenRoot(r.tree)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = tree.Close() }()
	if err := tree.MkdirAll(path.Dir(name), 0o750); err != nil {
		tb.Fatal(err)
	}
	if err := tree.WriteFile(name, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Copy puts all files below a directory into the next commit, below the given directory.
func (r *Repository) Copy(tb testing.TB, from, to string) {
	tb.Helper()
	if err := os.CopyFS(filepath.Join(r.tree, filepath.FromSlash(to)), os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
}

// Remove leaves a file out of the next commit.
func (r *Repository) Remove(tb testing.TB, name string) {
	tb.Helper()
	if err := os.Remove(filepath.Join(r.tree, filepath.FromSlash(name))); err != nil {
		tb.Fatal(err)
	}
}

// Read is a file of the next commit.
func (r *Repository) Read(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(r.tree, filepath.FromSlash(name)))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// Commit commits all files, and answers the commit.
func (r *Repository) Commit(tb testing.TB, message string) string {
	tb.Helper()
	r.git(tb, "add", "--all", ".")
	r.git(tb, "commit", "--quiet", "--allow-empty", "--message", message)
	return r.git(tb, "rev-parse", "HEAD")
}

// git runs git on the bare repository with the tree of files beside it.
func (r *Repository) git(tb testing.TB, args ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "git", args...)
	cmd.Dir = r.tree
	cmd.Env = append(cmd.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com")
	if args[0] != "init" {
		cmd.Env = append(cmd.Env, "GIT_DIR="+r.bare, "GIT_WORK_TREE="+r.tree)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
