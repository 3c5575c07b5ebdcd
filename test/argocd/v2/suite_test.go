package argocd_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v2/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v2/reposerver/repository"
	"github.com/argoproj/argo-cd/v2/util/git"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/argocd/sidecar"
)

// The plugins that serve while the tests run, by the name of their socket.
const (
	echo     = "echo"     // answers with what it was sent
	matching = "matching" // the same, and wants to be asked what it supports
	krowave  = "krowave"  // the product
	seeking  = "seeking"  // the product, and wants to be asked
)

// root is the main module.
const root = "../../.."

// bin is where the servers were built; their sockets are in bin/sockets.
var bin string

func TestMain(m *testing.M) { os.Exit(serve(m)) }

// serve runs the tests beside the plugins.
func serve(m *testing.M) int {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func run(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	// The paths of sockets have to be short, so this is not below the directory of the tests.
	dir, err := os.MkdirTemp("", "plugins")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	bin = dir
	sockets := filepath.Join(dir, "sockets")
	if err := errors.Join(os.Mkdir(sockets, 0o700), os.Setenv("ARGOCD_PLUGINSOCKFILEPATH", sockets)); err != nil {
		return 0, err
	}
	for _, command := range []string{"test/argocd/echo", "cmd/cmp-server"} {
		if _, err := sidecar.Build(ctx, root, command, dir); err != nil {
			return 0, err
		}
	}
	for _, args := range [][]string{
		{"echo", "-socket", filepath.Join(sockets, echo+".sock"), "-credentials"},
		{"echo", "-socket", filepath.Join(sockets, matching+".sock"), "-discovery"},
		{"cmp-server", "serve", "--socket-dir", sockets, "--name", krowave},
		{"cmp-server", "serve", "--socket-dir", sockets, "--name", seeking, "--discovery"},
	} {
		s, err := sidecar.Start(ctx, filepath.Join(dir, args[0]), args[1:]...)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, s.Stop()) }()
	}
	return m.Run(), nil
}

// repo writes a repository and returns its directory.
func repo(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := sidecar.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// example is the files of one of the examples, below a directory.
func example(t *testing.T, name, below string, files ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(root, "examples", name, file))
		if err != nil {
			t.Fatal(err)
		}
		all[below+"/"+file] = string(data)
	}
	return all
}

// request is an application as the controller asks for its manifests.
func request(plugin *v1alpha1.ApplicationSourcePlugin) *apiclient.ManifestRequest {
	return &apiclient.ManifestRequest{
		Repo:              &v1alpha1.Repository{Repo: "https://git.example.com/repo.git"},
		AppName:           "team_web",
		Namespace:         "prod",
		ProjectName:       "default",
		AppLabelKey:       "app.kubernetes.io/instance",
		TrackingMethod:    "annotation",
		KubeVersion:       "1.34.0",
		ApiVersions:       []string{"v1", "apps/v1", "apps/v1/Deployment"},
		ApplicationSource: &v1alpha1.ApplicationSource{Path: "apps/web", TargetRevision: "main", Plugin: plugin},
	}
}

// revision is what Argo CD says of the commit.
const revision = "0123456789abcdef0123456789abcdef01234567"

// generate asks for the manifests of apps/web by the function that repo-server calls.
func generate(ctx context.Context, dir string, q *apiclient.ManifestRequest) ([]string, error) {
	answer, err := repository.GenerateManifests(ctx, filepath.Join(dir, "apps", "web"), dir, revision, q, false, &git.NoopCredsStore{}, resource.MustParse("0"), nil)
	if err != nil {
		return nil, err
	}
	return answer.Manifests, nil
}

// object reads a manifest.
func object(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := json.Unmarshal([]byte(manifest), &o.Object); err != nil {
		t.Fatalf("%v in %s", err, manifest)
	}
	return o
}
