package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func gvkOf(group, version, kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
}

func kindOf(group, version, kind string) Kind {
	return Kind{GVK: gvkOf(group, version, kind), Schema: &Schema{Type: "object"}}
}

func TestWith(t *testing.T) {
	t.Parallel()
	widget := kindOf("example.com", "v1", "Widget")
	ours, theirs := widget, widget
	ours.Origin, theirs.Origin = "ours", "theirs"
	var none *Catalog
	first := none.With(ours, kindOf("example.com", "v1", "Gadget"))
	second := first.With(theirs)
	third := second.With(theirs, ours)
	cases := map[string]struct {
		reason  string
		catalog *Catalog
		want    string
		ok      bool
	}{
		"Nil":    {reason: "the nil catalogue is empty", catalog: none},
		"Zero":   {reason: "the zero catalogue is empty", catalog: &Catalog{}},
		"First":  {reason: "what was added later elsewhere does not show", catalog: first, want: "ours", ok: true},
		"Shadow": {reason: "what is added later shadows", catalog: second, want: "theirs", ok: true},
		"Last":   {reason: "of two equal kinds the last counts", catalog: third, want: "ours", ok: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := tc.catalog.Lookup(widget.GVK)
			if got.Origin != tc.want || ok != tc.ok {
				t.Errorf("%s: Lookup() = %q, %t, want %q, %t", tc.reason, got.Origin, ok, tc.want, tc.ok)
			}
		})
	}
	want := []schema.GroupVersionKind{gvkOf("example.com", "v1", "Gadget"), widget.GVK}
	if diff := cmp.Diff(want, third.Kinds()); diff != "" {
		t.Errorf("Kinds() of shadowed kinds: -want +got\n%s", diff)
	}
}

func TestWithShadowsBuiltin(t *testing.T) {
	t.Parallel()
	builtin := mustBuiltin(t, "")
	own := kindOf("apps", "v1", "Deployment")
	own.Origin = "own"
	if got, _ := builtin.With(own).Lookup(own.GVK); got.Origin != "own" || got.BuiltIn {
		t.Errorf("Lookup() = %q, want the kind that was added", got.Origin)
	}
	if got, _ := builtin.Lookup(own.GVK); !got.BuiltIn {
		t.Errorf("Lookup() in the receiver of With = %q, want it unchanged", got.Origin)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	var c *Catalog
	for _, v := range []string{"v1", "v2alpha1", "v2", "v1beta1", "v10"} {
		c = c.With(kindOf("example.com", v, "Widget"))
	}
	want := []string{"v10", "v2", "v1", "v1beta1", "v2alpha1"}
	if diff := cmp.Diff(want, c.Versions(schema.GroupKind{Group: "example.com", Kind: "Widget"})); diff != "" {
		t.Errorf("Versions(): -want +got\n%s", diff)
	}
	if got := c.Versions(schema.GroupKind{Group: "example.com", Kind: "Gadget"}); got != nil {
		t.Errorf("Versions() of an unknown kind = %v, want none", got)
	}
	if !c.HasGroup("example.com") || c.HasGroup("example.org") {
		t.Error("HasGroup() does not tell a known group from an unknown one")
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	c := mustBuiltin(t, "1.36").With(kindOf("example.com", "v1", "Widget"))
	cases := map[string]struct {
		reason string
		gvk    schema.GroupVersionKind
		want   string
	}{
		"Version":         {"the kind in the version that is served", gvkOf("apps", "v1beta1", "Deployment"), "apps/v1 Deployment"},
		"PreferredOne":    {"of several versions the preferred one", gvkOf("autoscaling", "v2beta2", "HorizontalPodAutoscaler"), "autoscaling/v2 HorizontalPodAutoscaler"},
		"Case":            {"letters of the wrong case", gvkOf("apps", "v1", "deployment"), "apps/v1 Deployment"},
		"Misspelt":        {"a misspelt kind", gvkOf("", "v1", "ConfigMpa"), "v1 ConfigMap"},
		"KeepsVersion":    {"a misspelt kind in the version as written", gvkOf("autoscaling", "v1", "HorizontalPodAutoscaller"), "autoscaling/v1 HorizontalPodAutoscaler"},
		"BothWrong":       {"a misspelt kind in a version that does not exist", gvkOf("apps", "v2", "Deploymnt"), "apps/v1 Deployment"},
		"CoreForgotten":   {"the group is missing", gvkOf("", "v1", "Deployment"), "apps/v1 Deployment"},
		"NotNode":         {"the very kind in another group before a similar one in the group", gvkOf("", "v1", "Role"), "rbac.authorization.k8s.io/v1 Role"},
		"OldGroup":        {"a group that was removed", gvkOf("extensions", "v1beta1", "Ingress"), "networking.k8s.io/v1 Ingress"},
		"MisspeltGroup":   {"a misspelt group", gvkOf("rbac.authorisation.k8s.io", "v1", "Role"), "rbac.authorization.k8s.io/v1 Role"},
		"MisspeltCustom":  {"a misspelt group of a CRD", gvkOf("exmaple.com", "v1", "Widget"), "example.com/v1 Widget"},
		"SomebodyElses":   {"a kind of a CRD that nobody gave", gvkOf("serving.knative.dev", "v1", "Service"), ""},
		"NothingIsNear":   {"nothing is near", gvkOf("example.com", "v1", "Database"), ""},
		"EmptyEverything": {"no kind at all", gvkOf("", "", ""), ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.Suggest(tc.gvk); got != tc.want {
				t.Errorf("%s: Suggest(%v) = %q, want %q", tc.reason, tc.gvk, got, tc.want)
			}
		})
	}
	var none *Catalog
	if got := none.Suggest(gvkOf("apps", "v1", "Deployment")); got != "" {
		t.Errorf("Suggest() of the empty catalogue = %q, want nothing", got)
	}
}
