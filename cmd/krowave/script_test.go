package main

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestMain makes the command available to the scripts: krowave, and krowave-tty, which
// takes its streams for a terminal.
func TestMain(m *testing.M) {
	start := func(terminal bool) func() {
		return func() {
			os.Exit(run(os.Args[1:], outside(terminals{out: terminal, err: terminal})))
		}
	}
	testscript.Main(m, map[string]func(){"krowave": start(false), "krowave-tty": start(true)})
}

// TestScripts runs the scripts, which between them show every command, flag, error and exit code.
func TestScripts(t *testing.T) {
	t.Parallel()
	config := openAPIServer(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			dir := filepath.Join(e.WorkDir, ".kube")
			if err := os.Mkdir(dir, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600)
		},
	})
}

// exits runs a command and wants an exit code: exits 2 krowave render x.
func exits(ts *testscript.TestScript, neg bool, args []string) { //nolint:revive // testscript wants it like this
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: here, user: me}}
- {name: broken, context: {cluster: broken, user: me}}
- {name: old, context: {cluster: old, user: me}}
clusters:
- {name: here, cluster: {certificate-authority-data: AUTHORITY, server: "SERVER"}}
- {name: broken, cluster: {certificate-authority-data: AUTHORITY, server: "SERVER/broken"}}
- {name: old, cluster: {certificate-authority-data: AUTHORITY, server: "SERVER/old"}}
users:
- {name: me, user: {token: abc}}
`

// openAPIServer serves the documents of a small cluster: one that answers, one behind a
// prefix of which an API is down, and one that has no OpenAPI v3. It answers the
// kubeconfig that names them.
func openAPIServer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	serve := func(path, file string) {
		data, err := os.ReadFile(filepath.Join("testdata", "openapi", file))
		if err != nil {
			t.Fatal(err)
		}
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer abc" {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(data)
		})
	}
	serve("/openapi/v3", "index.json")
	serve("/openapi/v3/apis/example.com/v1", "example.json")
	serve("/broken/openapi/v3", "broken.json")
	serve("/broken/openapi/v3/apis/example.com/v1", "example.json")
	for path, file := range map[string]string{
		"/api/v1":                                            "core.json",
		"/apis/example.com/v1":                               "resources.json",
		"/apis/kro.run/v1alpha1":                             "instances.json",
		"/broken/api/v1":                                     "core.json",
		"/api/v1/namespaces/prod/secrets/creds":              "secret.json",
		"/api/v1/namespaces/prod/configmaps":                 "configmaps.json",
		"/apis/example.com/v1/namespaces/prod/buckets/shop":  "bucket.json",
		"/apis/kro.run/v1alpha1/namespaces/prod/stores/shop": "store.json",
	} {
		serve(path, "../live/"+file)
	}
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that give up are part of a script
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return strings.NewReplacer("SERVER", server.URL, "AUTHORITY", base64.StdEncoding.EncodeToString(authority)).Replace(kubeconfig)
}
