package catalog

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustBuiltin(tb testing.TB, version string) *Catalog {
	tb.Helper()
	c, err := Builtin(version)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestBuiltinVersions(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"1.36", "1.35", "1.34"}, Versions()); diff != "" {
		t.Errorf("Versions(): -want +got\n%s", diff)
	}
	cases := map[string]struct {
		reason  string
		version string
		want    string // origin of a kind
		err     string
	}{
		"Newest":   {reason: "no version is the newest", version: "", want: "Kubernetes 1.36"},
		"Minor":    {reason: "a minor", version: "1.34", want: "Kubernetes 1.34"},
		"Full":     {reason: "the version of a cluster stands for its minor", version: "v1.35.2+k3s1", want: "Kubernetes 1.35"},
		"Unknown":  {reason: "the error lists what is known", version: "1.20", err: "known are 1.36, 1.35, 1.34"},
		"NoNumber": {reason: "text that is no version", version: "newest", err: "known are"},
		"Major":    {reason: "a major alone is no minor", version: "1", err: "known are"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Builtin(tc.version)
			if (err != nil) != (tc.err != "") || (err != nil && !strings.Contains(err.Error(), tc.err)) {
				t.Fatalf("%s: Builtin(%q) fails with %v, want %q", tc.reason, tc.version, err, tc.err)
			}
			if got, _ := c.Lookup(gvkOf("", "v1", "Pod")); got.Origin != tc.want {
				t.Errorf("%s: Builtin(%q) answers kinds of %q, want %q", tc.reason, tc.version, got.Origin, tc.want)
			}
		})
	}
}

// TestBuiltinKinds reads every node of every kind of every release.
func TestBuiltinKinds(t *testing.T) {
	t.Parallel()
	for _, version := range Versions() {
		c := mustBuiltin(t, version)
		for _, gvk := range c.Kinds() {
			k, ok := c.Lookup(gvk)
			if !ok {
				t.Errorf("%s: %v cannot be read", version, gvk)
				continue
			}
			if k.GVK != gvk || k.Plural == "" || k.Plural != strings.ToLower(k.Plural) || !k.BuiltIn {
				t.Errorf("%s: %v is %+v", version, gvk, k)
			}
			if k.Schema.Type != "object" || k.Schema.Properties["kind"] == nil || k.Schema.Properties["apiVersion"] == nil {
				t.Errorf("%s: the schema of %v is not that of a kind", version, gvk)
			}
		}
	}
}

func TestBuiltinScopes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason     string
		kind       Kind
		namespaced bool
		plural     string
	}{
		"Deployment":  {"a common kind", kindOf("apps", "v1", "Deployment"), true, "deployments"},
		"Namespace":   {"its URLs look like those of what lies in a namespace", kindOf("", "v1", "Namespace"), false, "namespaces"},
		"Node":        {"a cluster-scoped kind", kindOf("", "v1", "Node"), false, "nodes"},
		"ClusterRole": {"a cluster-scoped kind beside a namespaced one", kindOf("rbac.authorization.k8s.io", "v1", "ClusterRole"), false, "clusterroles"},
		"Role":        {"a namespaced kind beside a cluster-scoped one", kindOf("rbac.authorization.k8s.io", "v1", "Role"), true, "roles"},
		"Policy":      {"an irregular plural", kindOf("networking.k8s.io", "v1", "NetworkPolicy"), true, "networkpolicies"},
		"Class":       {"a plural of a name that ends in s", kindOf("networking.k8s.io", "v1", "IngressClass"), false, "ingressclasses"},
		"Endpoints":   {"a name that is its own plural", kindOf("", "v1", "Endpoints"), true, "endpoints"},
		"Binding":     {"a kind that can only be created", kindOf("", "v1", "Binding"), true, "bindings"},
		"Review":      {"a namespaced kind that can only be created", kindOf("authorization.k8s.io", "v1", "LocalSubjectAccessReview"), true, "localsubjectaccessreviews"},
		"CRD":         {"the kind of kinds", kindOf("apiextensions.k8s.io", "v1", "CustomResourceDefinition"), false, "customresourcedefinitions"},
		"APIService":  {"a kind of the aggregator", kindOf("apiregistration.k8s.io", "v1", "APIService"), false, "apiservices"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, version := range Versions() {
				k, ok := mustBuiltin(t, version).Lookup(tc.kind.GVK)
				if !ok || k.Namespaced != tc.namespaced || k.Plural != tc.plural {
					t.Errorf("%s: %s in %s: namespaced %t, plural %q, want %t, %q", tc.reason, name, version, k.Namespaced, k.Plural, tc.namespaced, tc.plural)
				}
			}
		})
	}
	for _, gvk := range []Kind{kindOf("apps", "v1", "DeploymentList"), kindOf("autoscaling", "v1", "Scale"), kindOf("policy", "v1", "Eviction"), kindOf("", "v1", "Status")} {
		if _, ok := mustBuiltin(t, "").Lookup(gvk.GVK); ok {
			t.Errorf("%v has no resource of its own, yet it is in the catalogue", gvk.GVK)
		}
	}
}

func TestBuiltinSchemas(t *testing.T) {
	t.Parallel()
	pod, _ := mustBuiltin(t, "").Lookup(gvkOf("", "v1", "Pod"))
	secret, _ := mustBuiltin(t, "").Lookup(gvkOf("", "v1", "Secret"))
	crd, _ := mustBuiltin(t, "").Lookup(gvkOf("apiextensions.k8s.io", "v1", "CustomResourceDefinition"))
	container := at(pod.Schema, "spec", "containers", "*")
	either := func(first, second string) []*Schema { return []*Schema{{Type: first}, {Type: second}} }
	cases := map[string]struct {
		reason string
		got    *Schema
		want   *Schema
	}{
		"Enum":        {"API servers publish enums", at(container, "imagePullPolicy"), &Schema{Type: "string", Enum: []any{"Always", "IfNotPresent", "Never"}}},
		"Default":     {"a default of the field itself stays", at(container, "ports", "*", "protocol"), &Schema{Type: "string", Default: "TCP", Enum: []any{"SCTP", "TCP", "UDP"}}},
		"Quantity":    {"a quantity has no type", at(container, "resources", "limits", "*"), &Schema{OneOf: either("string", "number")}},
		"IntOrString": {"a port is a number or a name", at(container, "livenessProbe", "httpGet", "port"), &Schema{Format: "int-or-string", IntOrString: true, OneOf: either("integer", "string")}},
		"Time":        {"the default {} beside a reference is gone", at(pod.Schema, "metadata", "creationTimestamp"), &Schema{Type: "string", Format: "date-time"}},
		"Bytes":       {"the format of bytes", at(secret.Schema, "data", "*"), &Schema{Type: "string", Format: "byte"}},
		"Circle":      {"a type inside itself is an empty object", at(crd.Schema, "spec", "versions", "*", "schema", "openAPIV3Schema", "not"), &Schema{Type: "object"}},
		"ListMap":     {"how a list merges", &Schema{ListType: at(container, "ports").ListType, ListMapKeys: at(container, "ports").ListMapKeys}, &Schema{ListType: "map", ListMapKeys: []string{"containerPort", "protocol"}}},
		"MapType":     {"an object that is replaced as a whole", &Schema{MapType: LabelSelector().MapType}, &Schema{MapType: "atomic"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// at follows names of fields; * is the item of a list or the value of a map.
func at(s *Schema, path ...string) *Schema {
	for _, name := range path {
		switch {
		case s == nil:
			return nil
		case name != "*":
			s = s.Properties[name]
		case s.Items != nil:
			s = s.Items
		default:
			s = s.AdditionalProperties
		}
	}
	return s
}

func TestLookupConcurrently(t *testing.T) {
	t.Parallel()
	c := mustBuiltin(t, "")
	kinds := c.Kinds()
	want := map[string]*Schema{}
	for _, gvk := range kinds {
		k, _ := mustBuiltin(t, "").Lookup(gvk)
		want[gvk.String()] = k.Schema
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			mine := slices.Clone(kinds)
			if worker%2 == 1 {
				slices.Reverse(mine)
			}
			for _, gvk := range mine {
				k, ok := c.Lookup(gvk)
				if !ok || len(k.Schema.Properties) != len(want[gvk.String()].Properties) {
					t.Errorf("Lookup(%v) is incomplete", gvk)
				}
			}
		})
	}
	wg.Wait()
	first, _ := c.Lookup(kinds[0])
	if again, _ := c.Lookup(kinds[0]); first.Schema != again.Schema {
		t.Error("Lookup() of one kind answers two schemas")
	}
}

// BenchmarkColdLookup is the first lookup in a process.
func BenchmarkColdLookup(b *testing.B) {
	b.ReportMetric(float64(len(builtinData)), "embedded-bytes")
	for b.Loop() {
		if _, ok := mustBuiltin(b, "").Lookup(gvkOf("apps", "v1", "Deployment")); !ok {
			b.Fatal("no Deployment")
		}
	}
}

func BenchmarkWarmLookup(b *testing.B) {
	c := mustBuiltin(b, "")
	for b.Loop() {
		if _, ok := c.Lookup(gvkOf("apps", "v1", "Deployment")); !ok {
			b.Fatal("no Deployment")
		}
	}
}

// BenchmarkAllKinds reads everything that there is.
func BenchmarkAllKinds(b *testing.B) {
	for b.Loop() {
		c := mustBuiltin(b, "")
		for _, gvk := range c.Kinds() {
			c.Lookup(gvk)
		}
	}
}
