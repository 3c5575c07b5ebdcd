package flux

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// account is the service account of the controller.
const account = "flux-controller"

// observer is what `krowave rbac --observer` prints, for the kinds of all scenarios at once.
const observer = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: e2e-observer
  labels: {krowave.dev/aggregate-to-observer: "true"}
rules:
- {apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}
- {apiGroups: [e2e.krowave.dev, kro.run], resources: ["*/status"], verbs: [get, patch]}
`

// rights gives the controller what deploy/flux gives it and a role to observe with, and answers a kubeconfig to run it with.
func rights(tb testing.TB, c *cluster.Cluster) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(process.Root(tb), "deploy", "flux", "rbac.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, u := range append(cluster.Parse(tb, string(data)), cluster.Parse(tb, observer)...) {
		place(tb, u)
		c.Apply(tb, u)
	}
	return c.As(tb, "system:serviceaccount:"+Namespace+":"+account,
		"system:serviceaccounts", "system:serviceaccounts:"+Namespace, "system:authenticated")
}

// place does what the kustomization does: it puts an object, and the subjects of a binding, into the namespace of Flux.
func place(tb testing.TB, u *unstructured.Unstructured) {
	tb.Helper()
	switch u.GetKind() {
	case "ServiceAccount", "Role", "RoleBinding":
		u.SetNamespace(Namespace)
	}
	subjects, _, _ := unstructured.NestedSlice(u.Object, "subjects")
	for _, s := range subjects {
		if subject, ok := s.(map[string]any); ok {
			subject["namespace"] = Namespace
		}
	}
	if len(subjects) == 0 {
		return
	}
	if err := unstructured.SetNestedSlice(u.Object, subjects, "subjects"); err != nil {
		tb.Fatal(err)
	}
}
