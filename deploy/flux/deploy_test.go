// Package flux tests the manifests of this directory: what they come to, alone and with each component.
package flux

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// build builds the base with some components, by the kind and the name of its objects.
func build(t *testing.T, components ...string) map[string][]byte {
	t.Helper()
	files := filesys.MakeFsInMemory()
	for _, dir := range []string{"crds", "flux", "flux/storage", "flux/namespaced"} {
		entries, err := os.ReadDir(filepath.Join("..", dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			data, err := os.ReadFile(filepath.Join("..", dir, e.Name()))
			if err == nil {
				err = files.WriteFile("/deploy/"+dir+"/"+e.Name(), data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	top := "resources: [../deploy/flux]\nimages: [{name: krowave/flux-controller, newName: registry.example.com/krowave, newTag: v0.1.0}]\n"
	for _, c := range components {
		top += "components: [../deploy/flux/" + c + "]\n"
	}
	if err := files.WriteFile("/top/kustomization.yaml", []byte(top)); err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/top")
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string][]byte{}
	for _, r := range built.Resources() {
		data, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		objects[r.GetKind()+"/"+r.GetName()] = data
	}
	return objects
}

// decode reads an object strictly, so that no field of a manifest is misspelt.
func decode[T any](t *testing.T, objects map[string][]byte, name string) T {
	t.Helper()
	var o T
	if objects[name] == nil {
		t.Fatalf("there is no %s", name)
	}
	if err := yaml.UnmarshalStrict(objects[name], &o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// TestObjects: the base and what each component makes of it.
func TestObjects(t *testing.T) {
	t.Parallel()
	base := []string{
		"ClusterRole/krowave-flux-controller", "ClusterRole/krowave-flux-kinds", "ClusterRole/krowave-observer",
		"ClusterRoleBinding/krowave-flux-controller", "ClusterRoleBinding/krowave-flux-kinds", "ClusterRoleBinding/krowave-observer",
		"CustomResourceDefinition/graphartifacts.krowave.dev", "CustomResourceDefinition/observations.krowave.dev",
		"Deployment/flux-controller", "NetworkPolicy/krowave-flux-controller", "Role/krowave-leader-election",
		"RoleBinding/krowave-leader-election", "Service/flux-controller", "ServiceAccount/flux-controller",
	}
	tests := map[string]struct {
		reason    string
		component []string
		more      []string
		less      []string
	}{
		"Base":    {reason: "the controller for all namespaces"},
		"Storage": {reason: "a volume", component: []string{"storage"}, more: []string{"PersistentVolumeClaim/flux-controller"}},
		"Namespaced": {
			reason: "rights in one namespace", component: []string{"namespaced"},
			more: []string{"RoleBinding/krowave-flux-controller", "RoleBinding/krowave-observer"},
			less: []string{"ClusterRoleBinding/krowave-flux-controller", "ClusterRoleBinding/krowave-observer"},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := slices.DeleteFunc(slices.Concat(base, tc.more), func(o string) bool { return slices.Contains(tc.less, o) })
			got := []string{}
			for o := range build(t, tc.component...) {
				got = append(got, o)
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRestricted: the pod has what the restricted pod security standard asks for, and its limits belong together.
func TestRestricted(t *testing.T) {
	t.Parallel()
	pod := decode[appsv1.Deployment](t, build(t), "Deployment/flux-controller").Spec.Template.Spec
	no, yes, user := false, true, int64(65534)
	want := &corev1.SecurityContext{
		AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes, RunAsNonRoot: &yes, RunAsUser: &user, RunAsGroup: &user,
		Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	c := pod.Containers[0]
	if diff := cmp.Diff(want, c.SecurityContext); diff != "" {
		t.Errorf("securityContext: -want +got\n%s", diff)
	}
	if c.Image != "registry.example.com/krowave:v0.1.0" {
		t.Errorf("images: of a kustomization does not reach the image, which is %s", c.Image)
	}
	if limit := c.Resources.Limits.Memory().String(); limit != "1Gi" || !slices.Contains(c.Env, corev1.EnvVar{Name: "GOMEMLIMIT", Value: "920MiB"}) {
		t.Errorf("the memory limit is %s: want 1Gi and GOMEMLIMIT nine tenths of it", limit)
	}
	for _, m := range c.VolumeMounts {
		if !slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name }) {
			t.Errorf("the volume %s is mounted, and there is none", m.Name)
		}
	}
}

// TestComponents: each changes the one thing that it is for.
func TestComponents(t *testing.T) {
	t.Parallel()
	base := decode[appsv1.Deployment](t, build(t), "Deployment/flux-controller")
	stored := decode[appsv1.Deployment](t, build(t, "storage"), "Deployment/flux-controller")
	source := corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "flux-controller"}}
	want := base.DeepCopy()
	want.Spec.Template.Spec.Volumes[0] = corev1.Volume{Name: "data", VolumeSource: source}
	if diff := cmp.Diff(*want, stored); diff != "" {
		t.Errorf("storage: -want +got\n%s", diff)
	}
	narrow := decode[appsv1.Deployment](t, build(t, "namespaced"), "Deployment/flux-controller")
	want = base.DeepCopy()
	args := want.Spec.Template.Spec.Containers[0].Args
	i := slices.Index(args, "--watch-all-namespaces=true")
	if i < 0 {
		t.Fatalf("the arguments are %v", args)
	}
	args[i] = "--watch-all-namespaces=false"
	if diff := cmp.Diff(*want, narrow); diff != "" {
		t.Errorf("namespaced: -want +got\n%s", diff)
	}
}

// TestRights: no rule names everything, no role reads a Secret, and nothing but status of workloads can be written: those
// rights come from the roles that are made for the RGDs.
func TestRights(t *testing.T) {
	t.Parallel()
	objects := build(t)
	for name := range objects {
		if !strings.HasPrefix(name, "ClusterRole/") && !strings.HasPrefix(name, "Role/") {
			continue
		}
		for _, rule := range decode[rbacv1.ClusterRole](t, objects, name).Rules {
			all := slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs, rule.NonResourceURLs)
			if slices.Contains(all, "*") || slices.Contains(rule.Resources, "secrets") || slices.Contains(rule.Resources, "configmaps") {
				t.Errorf("%s allows too much: %v", name, rule)
			}
		}
	}
	observer := decode[rbacv1.ClusterRole](t, objects, "ClusterRole/krowave-observer")
	want := map[string]string{"krowave.dev/aggregate-to-observer": "true"}
	if diff := cmp.Diff(want, observer.AggregationRule.ClusterRoleSelectors[0].MatchLabels); diff != "" || len(observer.Rules) > 0 {
		t.Errorf("the role of the observer: %v -want +got\n%s", observer.Rules, diff)
	}
}

// TestSelectors: the service and the network policy choose the pod of the Deployment, and name ports that it has.
func TestSelectors(t *testing.T) {
	t.Parallel()
	objects := build(t)
	d := decode[appsv1.Deployment](t, objects, "Deployment/flux-controller")
	if diff := cmp.Diff(d.Spec.Selector.MatchLabels, decode[corev1.Service](t, objects, "Service/flux-controller").Spec.Selector); diff != "" {
		t.Errorf("the service: -pod +selector\n%s", diff)
	}
	for k, v := range d.Spec.Selector.MatchLabels {
		if d.Spec.Template.Labels[k] != v {
			t.Errorf("the pod has not the label %s: %s", k, v)
		}
	}
	for _, name := range []string{"http", "http-prom", "healthz"} {
		if !slices.ContainsFunc(d.Spec.Template.Spec.Containers[0].Ports, func(p corev1.ContainerPort) bool { return p.Name == name }) {
			t.Errorf("the container has no port %s", name)
		}
	}
	for name, data := range objects {
		if strings.HasPrefix(name, "CustomResourceDefinition/") && !strings.Contains(string(data), "kustomize.toolkit.fluxcd.io/substitute: disabled") {
			t.Errorf("Flux replaces variables in %s", name)
		}
	}
}
