package tracking_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/argocd/tracking"
)

func TestApplication(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason, id, label, want string
	}{
		"annotation":  {reason: "the method of Argo CD 3", id: "shop:krowave.dev/Observation:prod/o", want: "shop"},
		"elsewhere":   {reason: "an Application in another namespace than Argo CD's", id: "team_shop:krowave.dev/Observation:prod/o", want: "team_shop"},
		"label":       {reason: "the method of Argo CD 2", label: "shop", want: "shop"},
		"both":        {reason: "annotation+label: labels are cut, annotations are not", id: "long:krowave.dev/Observation:prod/o", label: "lo", want: "long"},
		"copied":      {reason: "the annotation is another object's", id: "shop:krowave.dev/Observation:prod/other", label: "shop", want: ""},
		"other kind":  {reason: "the annotation is another object's", id: "shop:/ConfigMap:prod/o", want: ""},
		"not an id":   {reason: "anybody can write an annotation", id: "shop", want: ""},
		"nobody's":    {reason: "applied by hand", want: ""},
		"empty parts": {reason: "anybody can write an annotation", id: "::", want: ""},
	} {
		o := &metav1.ObjectMeta{Namespace: "prod", Name: "o"}
		if c.id != "" {
			o.Annotations = map[string]string{tracking.Annotation: c.id}
		}
		if c.label != "" {
			o.Labels = map[string]string{tracking.Label: c.label}
		}
		if got := tracking.Application(o, schema.GroupKind{Group: "krowave.dev", Kind: "Observation"}); got != c.want {
			t.Errorf("%s: %s: Application() = %q, want %q", name, c.reason, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reason, application, namespace, name string }{
		"own":   {reason: "most are in Argo CD's namespace", application: "shop", namespace: "argocd", name: "shop"},
		"other": {reason: "Applications in any namespace", application: "team_shop", namespace: "team", name: "shop"},
	} {
		if namespace, got := tracking.Split(c.application, "argocd"); namespace != c.namespace || got != c.name {
			t.Errorf("%s: %s: Split(%q) = %q, %q, want %q, %q", name, c.reason, c.application, namespace, got, c.namespace, c.name)
		}
	}
}
