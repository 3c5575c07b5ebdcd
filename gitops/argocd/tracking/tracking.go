// Package tracking reads from a live object which Argo CD Application it belongs to.
//
// In: the metadata of an object and its kind. Out: the name of the Application, as Argo CD hands it to plugins. The package
// writes nothing, and contacts no cluster. Its functions are pure and safe for concurrent use.
package tracking

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The annotation and the label by which Argo CD finds its objects again, whichever of its tracking methods is set. The label is
// the one that Argo CD uses unless it is told another one.
const (
	Annotation = "argocd.argoproj.io/tracking-id"
	Label      = "app.kubernetes.io/instance"
)

// Application is the name of the Application that an object belongs to: the value of ARGOCD_APP_NAME when it is rendered. For
// Applications outside of Argo CD's own namespace that is namespace_name. The answer is "" for an object of nobody. An
// annotation that names another object was copied and says nothing, and a label beside it says nothing either.
func Application(o metav1.Object, kind schema.GroupKind) string {
	id, annotated := o.GetAnnotations()[Annotation]
	if !annotated {
		return o.GetLabels()[Label]
	}
	// application:group/Kind:namespace/name
	parts := strings.SplitN(id, ":", 3)
	if len(parts) != 3 || parts[1] != kind.Group+"/"+kind.Kind || parts[2] != o.GetNamespace()+"/"+o.GetName() {
		return ""
	}
	return parts[0]
}

// Split is the namespace and the name of an Application. Those that name no namespace are in Argo CD's own.
func Split(application, own string) (namespace, name string) {
	// No name of Kubernetes has an underscore.
	if before, after, found := strings.Cut(application, "_"); found {
		return before, after
	}
	return own, application
}
