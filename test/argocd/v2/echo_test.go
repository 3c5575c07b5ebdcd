package argocd_test

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v2/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v2/util/app/discovery"
	cmpclient "github.com/argoproj/argo-cd/v2/util/cmp"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/emptypb"
)

// detect finds a plugin as repo-server does.
func detect(t *testing.T, dir, name string) apiclient.ConfigManagementPluginServiceClient {
	t.Helper()
	conn, client, err := discovery.DetectConfigManagementPlugin(t.Context(), filepath.Join(dir, "apps", "web"), dir, name, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client
}

// send uploads a repository as repo-server does.
func send(t *testing.T, s cmpclient.StreamSender, dir string, env ...string) {
	t.Helper()
	if err := cmpclient.SendRepoStream(t.Context(), filepath.Join(dir, "apps", "web"), dir, s, env, nil); err != nil {
		t.Fatal(err)
	}
}

// TestRequestFields: what Argo CD's client writes is what our stubs read, field by field.
func TestRequestFields(t *testing.T) {
	t.Parallel()
	files := map[string]string{"apps/web/a.yaml": "kind: A\n", "large.json": strings.Repeat(`"x"`, 5000)}
	dir := repo(t, files)
	file, announced, err := cmpclient.GetCompressedRepoAndMetadata(dir, filepath.Join(dir, "apps", "web"), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	stream, err := detect(t, dir, echo).GenerateManifest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send(t, stream, dir, "A=1", "EMPTY=", "A=2=3")
	answer, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("echo", answer.GetSourceType()); d != "" {
		t.Errorf("source type -want +got:\n%s", d)
	}
	want := map[string]any{
		"appName": "web", "appPath": "apps/web", "checksum": announced.GetMetadata().GetChecksum(),
		"size": strconv.FormatInt(announced.GetMetadata().GetSize_(), 10), "env": `{"A":"2=3","EMPTY":""}`,
	}
	got, _ := object(t, answer.GetManifests()[0]).Object["data"].(map[string]any)
	var received map[string]string
	content, _ := got["files"].(string)
	if err := json.Unmarshal([]byte(content), &received); err != nil {
		t.Fatal(err)
	}
	delete(got, "files")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("metadata -want +got:\n%s", d)
	}
	if d := cmp.Diff(files, received); d != "" {
		t.Errorf("files -want +got:\n%s", d)
	}
}

// TestAnswerFields: what our stubs write is what Argo CD's client reads, field by field.
func TestAnswerFields(t *testing.T) {
	t.Parallel()
	dir := repo(t, map[string]string{"apps/web/echo.yaml": "kind: A\n"})
	for name, want := range map[string]struct{ discovery, credentials bool }{echo: {credentials: true}, matching: {discovery: true}} {
		client := detect(t, dir, name)
		config, err := client.CheckPluginConfiguration(t.Context(), &emptypb.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		if config.GetIsDiscoveryConfigured() != want.discovery || config.GetProvideGitCreds() != want.credentials {
			t.Errorf("%s: configuration %v, want %v", name, config, want)
		}
		stream, err := client.MatchRepository(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		send(t, stream, dir)
		match, err := stream.CloseAndRecv()
		if err != nil {
			t.Fatal(err)
		}
		if !match.GetIsSupported() || match.GetIsDiscoveryEnabled() != want.discovery {
			t.Errorf("%s: match %v, want supported and %v", name, match, want)
		}
	}
	stream, err := detect(t, dir, echo).GetParametersAnnouncement(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send(t, stream, dir)
	answer, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"parameterAnnouncements":[{"name":"name","title":"title","tooltip":"tooltip","required":true,"itemType":"number","collectionType":"map",` +
		`"string":"string","array":["a",""],"map":{"":"empty","key":"value"}},{"name":"other"}]}`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("announcements -want +got:\n%s", d)
	}
}

// TestEnvironment: what repo-server tells a plugin of an application.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	text := "text"
	q := request(&v1alpha1.ApplicationSourcePlugin{
		Name: echo,
		Env:  v1alpha1.Env{{Name: "STAGE", Value: "$ARGOCD_APP_NAME-$$x"}},
		Parameters: v1alpha1.ApplicationSourcePluginParameters{
			{Name: "one", String_: &text},
			{Name: "two", OptionalArray: &v1alpha1.OptionalArray{Array: []string{"a", "b"}}},
			{Name: "three", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"k": "v"}}},
		},
	})
	manifests, err := generate(t.Context(), repo(t, map[string]string{"apps/web/a.yaml": "kind: A\n"}), q)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := object(t, manifests[0]).Object["data"].(map[string]any)
	var got map[string]string
	env, _ := data["env"].(string)
	if err := json.Unmarshal([]byte(env), &got); err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if strings.HasPrefix(name, "PARAM_") || strings.HasPrefix(name, "GIT_") {
			delete(got, name)
		}
	}
	want := map[string]string{
		"ARGOCD_APP_NAME": "team_web", "ARGOCD_APP_NAMESPACE": "prod", "ARGOCD_APP_REVISION": revision,
		"ARGOCD_APP_REVISION_SHORT": revision[:7], "ARGOCD_APP_REVISION_SHORT_8": revision[:8], "ARGOCD_APP_SOURCE_PATH": "apps/web",
		"ARGOCD_APP_SOURCE_REPO_URL": "https://git.example.com/repo.git", "ARGOCD_APP_SOURCE_TARGET_REVISION": "main",
		"KUBE_VERSION": "1.34.0", "KUBE_API_VERSIONS": "v1,apps/v1,apps/v1/Deployment", "ARGOCD_ENV_STAGE": "team_web-$x",
		"ARGOCD_APP_PARAMETERS": `[{"name":"one","string":"text"},{"array":["a","b"],"name":"two"},{"map":{"k":"v"},"name":"three"}]`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestDetection: an application that names no plugin gets one that was asked and said yes.
func TestDetection(t *testing.T) {
	t.Parallel()
	manifests, err := generate(t.Context(), repo(t, map[string]string{"apps/web/echo.yaml": "kind: A\n"}), request(&v1alpha1.ApplicationSourcePlugin{}))
	if err != nil {
		t.Fatal(err)
	}
	if name := object(t, manifests[0]).GetName(); name != echo {
		t.Errorf("%s answered, want %s", name, echo)
	}
	_, err = generate(t.Context(), repo(t, map[string]string{"apps/web/a.yaml": "kind: A\n"}), request(&v1alpha1.ApplicationSourcePlugin{}))
	if want := "could not find plugin supporting the given repository"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
