package argocd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
)

// apiVersion is that of Applications.
const apiVersion = "argoproj.io/v1alpha1"

// Source is where the manifests of an Application come from.
type Source struct {
	RepoURL, Path, Revision string
	// Plugin is the name of the plugin; "" is none, and Argo CD reads the directory.
	Plugin string
	// Parameters are those of the plugin: name, and one of string, array and map.
	Parameters []any
}

// Spec is what a test says of an Application.
type Spec struct {
	Name      string
	Namespace string // of the destination
	Source    Source
	// Manual leaves it to the test to start syncs. Otherwise every change is synced, with pruning.
	Manual bool
	// Heal syncs also a commit that was synced before, when its manifests or the cluster have changed.
	Heal bool
	// Keep leaves the Application's objects in the cluster when it is deleted.
	Keep bool
	// Options are sync options.
	Options []string
}

// Application is an Application in the cluster.
type Application struct {
	Name         string
	installation *Installation
	ref          cluster.Ref
}

// Apply creates or changes an Application. It is deleted after the test, with its objects unless they are to be kept.
func (i *Installation) Apply(t *testing.T, s Spec) *Application {
	t.Helper()
	source := map[string]any{"repoURL": s.Source.RepoURL, "path": s.Source.Path, "targetRevision": s.Source.Revision}
	if s.Source.Plugin != "" {
		plugin := map[string]any{"name": s.Source.Plugin}
		if len(s.Source.Parameters) > 0 {
			plugin["parameters"] = s.Source.Parameters
		}
		source["plugin"] = plugin
	}
	spec := map[string]any{
		"project": "default", "source": source,
		"destination": map[string]any{"server": "https://kubernetes.default.svc", "namespace": s.Namespace},
	}
	policy := map[string]any{}
	if !s.Manual {
		policy["automated"] = map[string]any{"prune": true, "selfHeal": s.Heal}
	}
	if len(s.Options) > 0 {
		var options []any
		for _, o := range s.Options {
			options = append(options, o)
		}
		policy["syncOptions"] = options
	}
	spec["syncPolicy"] = policy
	metadata := map[string]any{"name": s.Name, "namespace": Namespace}
	if !s.Keep {
		metadata["finalizers"] = []any{"resources-finalizer.argocd.argoproj.io"}
	}
	i.Cluster.Apply(t, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": "Application", "metadata": metadata, "spec": spec,
	}})
	return &Application{Name: s.Name, installation: i, ref: cluster.Named(apiVersion, "Application", Namespace, s.Name)}
}

// Ref is the Application as an object.
func (a *Application) Ref() cluster.Ref { return a.ref }

// Refresh asks for a comparison with what is in Git: "normal", or "hard", which takes no cached manifests. It returns when the
// controller has made it.
func (a *Application) Refresh(t *testing.T, how string) {
	t.Helper()
	a.installation.Cluster.Merge(t, a.ref, map[string]any{"metadata": map[string]any{"annotations": map[string]any{
		"argocd.argoproj.io/refresh": how,
	}}})
	await.True(t, "the refresh of "+a.Name, await.Long, func() (bool, string) {
		u := a.installation.Cluster.Get(t, a.ref)
		return u != nil && u.GetAnnotations()["argocd.argoproj.io/refresh"] == "", a.State(t).String()
	})
}

// Sync starts a sync with pruning. Only Applications without automated sync need it.
func (a *Application) Sync(t *testing.T) {
	t.Helper()
	a.installation.Cluster.Merge(t, a.ref, map[string]any{"operation": map[string]any{"sync": map[string]any{"prune": true}}})
}

// Delete deletes the Application, without waiting for its end.
func (a *Application) Delete(t *testing.T) {
	t.Helper()
	a.installation.Cluster.Delete(t, a.ref)
}

// Gone waits for the end of a deleted Application.
func (a *Application) Gone(t *testing.T) {
	t.Helper()
	a.installation.Cluster.Gone(t, a.ref)
}

// State is what Argo CD says of an Application.
type State struct {
	Sync struct {
		Status, Revision string
	}
	Health struct {
		Status string
	}
	Conditions []struct {
		Type, Message string
	}
	OperationState struct {
		Phase, Message string
		SyncResult     struct {
			Revision  string
			Resources []Resource
		}
	}
	Resources []Resource
}

// Resource is what a sync did with one object, or how an object is.
type Resource struct {
	Group, Kind, Namespace, Name    string
	Status, Message, HookPhase      string
	SyncPhase                       string
	SyncWave                        int
	RequiresPruning, RequiresDelete bool
	Health                          struct{ Status, Message string }
}

// String is the state for a failed test.
func (s State) String() string {
	text := fmt.Sprintf("%s at %.8s, %s; operation %s at %.8s: %s", s.Sync.Status, s.Sync.Revision, s.Health.Status,
		s.OperationState.Phase, s.OperationState.SyncResult.Revision, s.OperationState.Message)
	lines := []string{text}
	for _, c := range s.Conditions {
		lines = append(lines, c.Type+": "+c.Message)
	}
	return strings.Join(lines, "\n")
}

// Synced tells that everything of a commit has been applied. It says nothing of the last wave's health.
func (s State) Synced(revision string) bool {
	return s.Sync.Status == "Synced" && s.Sync.Revision == revision &&
		s.OperationState.Phase == "Succeeded" && s.OperationState.SyncResult.Revision == revision
}

// Condition is the message of a condition, "" when there is none of the type.
func (s State) Condition(kind string) string {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c.Message
		}
	}
	return ""
}

// Order is in which order the last sync treated objects, as Kind/name.
func (s State) Order() []string {
	resources := slices.Clone(s.OperationState.SyncResult.Resources)
	var names []string
	for _, r := range resources {
		names = append(names, r.Kind+"/"+r.Name)
	}
	return names
}

// State reads the Application.
func (a *Application) State(t *testing.T) State {
	t.Helper()
	var s State
	u := a.installation.Cluster.Get(t, a.ref)
	if u == nil {
		return s
	}
	status, _, _ := unstructured.NestedMap(u.Object, "status")
	data, err := json.Marshal(status)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatalf("read the status of %s: %v", a.Name, err)
	}
	return s
}

// Wait waits for a state.
func (a *Application) Wait(t *testing.T, what string, ask func(State) bool) State {
	t.Helper()
	var s State
	await.True(t, a.Name+": "+what, await.Long, func() (bool, string) {
		s = a.State(t)
		return ask(s), s.String()
	})
	return s
}

// Deliver refreshes and waits until a commit has been applied. An Application with automated sync needs nothing else.
func (a *Application) Deliver(t *testing.T, revision string) State {
	t.Helper()
	a.Refresh(t, "normal")
	return a.Wait(t, "synced to "+revision, func(s State) bool { return s.Synced(revision) })
}

// Waiting waits until the running sync waits for the health of an object, "apps/Deployment/shop".
func (a *Application) Waiting(t *testing.T, object string) State {
	t.Helper()
	return a.Wait(t, "waiting for the health of "+object, func(s State) bool {
		return s.OperationState.Phase == "Running" && strings.Contains(s.OperationState.Message, "waiting for healthy state of") &&
			strings.Contains(s.OperationState.Message, object)
	})
}
