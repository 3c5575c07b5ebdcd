package repository

import (
	"net/http/cgi" //nolint:gosec // G504 is about Go before 1.6.3; and only this test's own programs ask
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// Serve serves the repository over HTTP on loopback until the test ends, by Git's own server program, and answers its
// URL there. Some programs fetch from nothing else.
func (r *Repository) Serve(tb testing.TB) string {
	tb.Helper()
	programs := r.git(tb, "--exec-path")
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(programs, "git-http-backend"),
		Env: []string{
			"GIT_PROJECT_ROOT=" + filepath.Dir(r.bare), "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		},
	})
	tb.Cleanup(server.Close)
	return server.URL + "/" + filepath.Base(r.bare)
}
