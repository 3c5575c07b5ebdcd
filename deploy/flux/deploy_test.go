// Package flux tests the manifests of this directory: what they come to, and that the pod is restricted.
package flux

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// build builds this directory, with components of it, as YAML by kind and name.
func build(t *testing.T, components ...string) map[string][]byte {
	t.Helper()
	files := filesys.MakeFsInMemory()
	for _, pattern := range []string{"*.yaml", "volume/*.yaml", "namespaced/*.yaml", "argocd/*.yaml", "../crds/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := files.WriteFile(filepath.Join("/deploy/flux", name), data); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := "resources: [../deploy/flux]\nimages: [{name: krowave/flux-controller, newName: registry.example.com/flux-controller, newTag: v0.1.0}]\n"
	if len(components) > 0 {
		text += "components: [" + strings.Join(components, ", ") + "]\n"
	}
	if err := files.WriteFile("/install/kustomization.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/install")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, r := range built.Resources() {
		data, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		all[r.GetKind()+"/"+r.GetName()] = data
	}
	return all
}

func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	var o T
	if err := yaml.UnmarshalStrict(data, &o); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return o
}

// TestObjects: the base has these objects, each in the namespace of Flux where it has one.
func TestObjects(t *testing.T) {
	t.Parallel()
	want := []string{
		"ClusterRole/krowave-flux-controller", "ClusterRole/krowave-flux-controller-impersonation", "ClusterRole/krowave-flux-controller-kinds",
		"ClusterRole/krowave-observer-aggregate",
		"ClusterRoleBinding/krowave-flux-controller", "ClusterRoleBinding/krowave-flux-controller-impersonation",
		"ClusterRoleBinding/krowave-flux-controller-kinds", "ClusterRoleBinding/krowave-observer-aggregate",
		"CustomResourceDefinition/graphartifacts.krowave.dev", "CustomResourceDefinition/observations.krowave.dev",
		"Deployment/flux-controller", "NetworkPolicy/flux-controller", "Role/krowave-flux-controller-leases",
		"RoleBinding/krowave-flux-controller-leases", "Service/flux-controller", "ServiceAccount/flux-controller",
	}
	built := build(t)
	var got []string
	for name, data := range built {
		got = append(got, name)
		kind, _, _ := strings.Cut(name, "/")
		cluster := strings.HasPrefix(kind, "Cluster") || kind == "CustomResourceDefinition"
		if namespaced := strings.Contains(string(data), "\n  namespace: flux-system\n"); namespaced == cluster && kind != "ClusterRoleBinding" {
			t.Errorf("%s has a namespace: %v", name, namespaced)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the objects: -want +got\n%s", diff)
	}
	binding := decode[rbacv1.ClusterRoleBinding](t, built["ClusterRoleBinding/krowave-flux-controller"])
	if got := binding.Subjects[0].Namespace; got != "flux-system" {
		t.Errorf("the role is bound in %q", got)
	}
}

// TestRestricted: the pod meets the restricted profile of Pod Security, with a root file system that nobody writes.
func TestRestricted(t *testing.T) {
	t.Parallel()
	d := decode[appsv1.Deployment](t, build(t)["Deployment/flux-controller"])
	pod := d.Spec.Template.Spec
	c := pod.Containers[0]
	s := c.SecurityContext
	switch {
	case !*pod.SecurityContext.RunAsNonRoot || pod.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
		t.Error("the pod may run as root, or without seccomp")
	case *s.AllowPrivilegeEscalation || !*s.ReadOnlyRootFilesystem || !*s.RunAsNonRoot || *s.RunAsUser != 65534:
		t.Errorf("the container is not restricted: %+v", s)
	case len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" || len(s.Capabilities.Add) > 0:
		t.Errorf("the capabilities are %+v", s.Capabilities)
	case c.Image != "registry.example.com/flux-controller:v0.1.0":
		t.Errorf("the image is %s", c.Image)
	}
}

// TestRights: the controller's own role reads no workload and writes nothing but what is its own.
func TestRights(t *testing.T) {
	t.Parallel()
	role := decode[rbacv1.ClusterRole](t, build(t)["ClusterRole/krowave-flux-controller"])
	groups := map[string][]string{
		"krowave.dev":                 {"graphartifacts", "observations", "graphartifacts/status", "graphartifacts/finalizers", "observations/status"},
		"source.toolkit.fluxcd.io":    {"gitrepositories", "ocirepositories", "buckets", "externalartifacts", "externalartifacts/status"},
		"kustomize.toolkit.fluxcd.io": {"kustomizations"},
		"":                            {"events"},
	}
	got := map[string][]string{}
	for _, rule := range role.Rules {
		for _, group := range rule.APIGroups {
			got[group] = append(got[group], rule.Resources...)
		}
		if slices.Contains(rule.Verbs, "*") || slices.Contains(rule.Resources, "*") {
			t.Errorf("the rule %v has a wildcard", rule)
		}
	}
	if diff := cmp.Diff(groups, got); diff != "" {
		t.Errorf("the resources: -want +got\n%s", diff)
	}
	aggregate := decode[rbacv1.ClusterRole](t, build(t)["ClusterRole/krowave-observer-aggregate"])
	if got := aggregate.AggregationRule.ClusterRoleSelectors[0].MatchLabels["krowave.dev/aggregate-to-observer"]; got != "true" {
		t.Errorf("roles of observers are not taken up: %+v", aggregate.AggregationRule)
	}
}

// TestVolume: the component keeps the artifacts in a volume.
func TestVolume(t *testing.T) {
	t.Parallel()
	all := build(t, "../deploy/flux/volume")
	d := decode[appsv1.Deployment](t, all["Deployment/flux-controller"])
	for _, v := range d.Spec.Template.Spec.Volumes {
		if v.Name == "data" && (v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != "flux-controller" || v.EmptyDir != nil) {
			t.Errorf("the volume is %+v", v.VolumeSource)
		}
	}
	if all["PersistentVolumeClaim/flux-controller"] == nil {
		t.Error("there is no claim")
	}
}

// TestNamespaced: the component leaves no right in other namespaces but the one to know kinds, and tells the controller.
func TestNamespaced(t *testing.T) {
	t.Parallel()
	base, narrow := build(t), build(t, "../deploy/flux/namespaced")
	var bound []string
	for name := range base {
		role, ok := strings.CutPrefix(name, "ClusterRoleBinding/")
		if !ok || narrow[name] != nil {
			continue
		}
		bound = append(bound, role)
		wide := decode[rbacv1.ClusterRoleBinding](t, base[name])
		b := decode[rbacv1.RoleBinding](t, narrow["RoleBinding/"+role])
		if diff := cmp.Diff(wide.RoleRef, b.RoleRef) + cmp.Diff(wide.Subjects, b.Subjects); diff != "" || b.Namespace != "flux-system" {
			t.Errorf("%s in %s: -cluster +namespace\n%s", role, b.Namespace, diff)
		}
	}
	slices.Sort(bound)
	want := []string{"krowave-flux-controller", "krowave-flux-controller-impersonation", "krowave-observer-aggregate"}
	if diff := cmp.Diff(want, bound); diff != "" {
		t.Errorf("roles that are bound in the namespace: -want +got\n%s", diff)
	}
	args := slices.Clone(container(t, base).Args)
	args[slices.Index(args, "--watch-all-namespaces")] += "=false"
	if diff := cmp.Diff(args, container(t, narrow).Args); diff != "" {
		t.Errorf("the arguments: -want +got\n%s", diff)
	}
}

// container is that of the controller.
func container(t *testing.T, objects map[string][]byte) corev1.Container {
	t.Helper()
	return decode[appsv1.Deployment](t, objects["Deployment/flux-controller"]).Spec.Template.Spec.Containers[0]
}

// TestArgoCD: the component may patch Applications in the namespace of Argo CD and nothing else.
func TestArgoCD(t *testing.T) {
	t.Parallel()
	base, with := build(t), build(t, "../deploy/flux/argocd")
	if args := container(t, with).Args; !slices.Contains(args, "--argocd-refresh") {
		t.Errorf("the arguments are %q", args)
	}
	const name = "krowave-flux-controller-refresh"
	if len(with) != len(base)+2 {
		t.Errorf("%d objects, want those %d and two", len(with), len(base))
	}
	role := decode[rbacv1.Role](t, with["Role/"+name])
	want := []rbacv1.PolicyRule{{APIGroups: []string{"argoproj.io"}, Resources: []string{"applications"}, Verbs: []string{"patch"}}}
	if diff := cmp.Diff(want, role.Rules); diff != "" || role.Namespace != "argocd" {
		t.Errorf("in %s: -want +got\n%s", role.Namespace, diff)
	}
	binding := decode[rbacv1.RoleBinding](t, with["RoleBinding/"+name])
	if got := binding.Namespace + " " + binding.RoleRef.Name + " " + binding.Subjects[0].Namespace; got != "argocd "+name+" flux-system" {
		t.Errorf("the binding: %s", got)
	}
}

// TestArguments: the controller takes the arguments that the pod calls it with, with each component.
func TestArguments(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(t.TempDir(), "flux-controller")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/flux-controller").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{container(t, build(t)).Args, container(t, build(t, "../deploy/flux/namespaced")).Args, container(t, build(t, "../deploy/flux/argocd")).Args, {"--no-such-flag"}} {
		out, err := exec.CommandContext(t.Context(), bin, append(slices.Clone(args), "--help")...).CombinedOutput()
		if wrong := args[0] == "--no-such-flag"; (err != nil) != wrong {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// TestDockerfile: the image has the binary as its entry point, for the user of the pod.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"AS flux-controller\n", "COPY --from=build /out/flux-controller /flux-controller\n", `ENTRYPOINT ["/flux-controller"]`, "USER 65534:65534\n",
	} {
		if !strings.Contains(string(file), want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
}

// TestTogether: service, policy and probes choose the pod and ports that it has; what is mounted is there; the runtime knows
// the memory limit; and Flux replaces nothing in the CRDs.
func TestTogether(t *testing.T) {
	t.Parallel()
	objects := build(t)
	d := decode[appsv1.Deployment](t, objects["Deployment/flux-controller"])
	pod, c := d.Spec.Template.Spec, container(t, objects)
	for _, selector := range []map[string]string{
		d.Spec.Selector.MatchLabels, decode[corev1.Service](t, objects["Service/flux-controller"]).Spec.Selector,
		decode[networkingv1.NetworkPolicy](t, objects["NetworkPolicy/flux-controller"]).Spec.PodSelector.MatchLabels,
	} {
		for k, v := range selector {
			if d.Spec.Template.Labels[k] != v {
				t.Errorf("the pod has not the label %s: %s", k, v)
			}
		}
	}
	for _, name := range []string{"http", "http-prom", c.ReadinessProbe.HTTPGet.Port.String(), c.LivenessProbe.HTTPGet.Port.String()} {
		if !slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.Name == name }) {
			t.Errorf("the container has no port %s", name)
		}
	}
	for _, m := range c.VolumeMounts {
		if !slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name }) {
			t.Errorf("the volume %s is mounted, and there is none", m.Name)
		}
	}
	if limit := c.Resources.Limits.Memory().String(); limit != "1Gi" || !slices.Contains(c.Env, corev1.EnvVar{Name: "GOMEMLIMIT", Value: "920MiB"}) {
		t.Errorf("the memory limit is %s: want 1Gi and GOMEMLIMIT nine tenths of it", limit)
	}
	for name, data := range objects {
		if strings.HasPrefix(name, "CustomResourceDefinition/") && !strings.Contains(string(data), "kustomize.toolkit.fluxcd.io/substitute: disabled") {
			t.Errorf("Flux replaces variables in %s", name)
		}
	}
}
