package wave

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
)

// skipDryRun lets a sync begin although the kind of an object is not in the cluster yet.
const skipDryRun = "SkipDryRunOnMissingResource"

// foreign are annotations with which a cluster's Argo CD or kubectl keeps account of live objects.
// In Git they come from copied objects, and would make an object belong to another Application.
func foreign() []string {
	return []string{
		"argocd.argoproj.io/tracking-id",
		"argocd.argoproj.io/installation-id",
		"kubectl.kubernetes.io/last-applied-configuration",
	}
}

// syncOptions are the sync options of an object whose kind the cluster may not have yet, if
// they have to change. An author who has decided about the option keeps the decision.
func syncOptions(object map[string]any, known *catalog.Catalog) (string, bool) {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	if k, ok := known.Lookup(schema.FromAPIVersionAndKind(apiVersion, kind)); ok && k.BuiltIn {
		return "", false
	}
	var options []string
	written, _ := textAt(object, "metadata", "annotations", optionsAnnotation)
	for option := range strings.SplitSeq(written, ",") {
		if option = strings.TrimSpace(option); option != "" {
			options = append(options, option)
		}
	}
	if slices.ContainsFunc(options, func(o string) bool { return strings.HasPrefix(o, skipDryRun+"=") }) {
		return "", false
	}
	return strings.Join(append(options, skipDryRun+"=true"), ","), true
}

// delivered is a copy of an object as Git should have it, with more annotations.
func delivered(object map[string]any, add map[string]string) map[string]any {
	copied := maps.Clone(object)
	delete(copied, "status")
	written, _ := object["metadata"].(map[string]any)
	metadata := maps.Clone(written)
	if metadata == nil {
		metadata = map[string]any{}
	}
	delete(metadata, "managedFields")
	present, _ := metadata["annotations"].(map[string]any)
	annotations := make(map[string]any, len(present)+len(add))
	maps.Copy(annotations, present)
	for _, key := range foreign() {
		delete(annotations, key)
	}
	for key, value := range add {
		annotations[key] = value
	}
	delete(metadata, "annotations")
	if len(annotations) > 0 {
		metadata["annotations"] = annotations
	}
	copied["metadata"] = metadata
	return copied
}
