package admission

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/krowave/krowave/render/catalog"
)

// semantics checks what no schema says: names, labels, annotations and selectors.
func (r *recorder) semantics(obj map[string]any, kind catalog.Kind) {
	meta := object(obj, "metadata")
	r.push("metadata")
	r.objectName(meta, kind)
	r.labels(object(meta, "labels"))
	r.annotations(object(meta, "annotations"))
	r.pop()
	if isWorkload(kind) {
		r.workload(object(obj, "spec"), kind.GVK.Kind)
	}
}

// object is the value of a key that is an object, or nil.
func object(fields map[string]any, key string) map[string]any {
	value, _ := fields[key].(map[string]any)
	return value
}

func (r *recorder) objectName(meta map[string]any, kind catalog.Kind) {
	name, ok := meta["name"].(string)
	if !ok || name == "" || kind.Schema == nil {
		return
	}
	r.push("name")
	defer r.pop()
	switch nameRule(kind) {
	case labelName:
		if len(validation.IsDNS1123Label(name)) > 0 {
			r.add(ruleName, "must be a DNS label of small letters, digits and '-', at most 63 long, but is %s", quote(name))
		}
	case subdomainName:
		if !isSubdomain(name) {
			r.add(ruleName, "must be a DNS name of small letters, digits, '-' and '.', at most 253 long, but is %s", quote(name))
		}
	case otherName:
	}
}

// naming is what a kind wants of names.
type naming uint8

const (
	otherName     naming = iota // not known, or nearly anything
	subdomainName               // letters, digits, - and .
	labelName                   // no dots, at most 63
)

func nameRule(kind catalog.Kind) naming {
	gk := kind.GVK.GroupKind()
	if !kind.BuiltIn && !decodesIntoGo(gk.Group) {
		return subdomainName // as all custom resources
	}
	switch gk.Group {
	case "":
		switch gk.Kind {
		case "Namespace", "Service": // A Service's must even begin with a letter, in some versions.
			return labelName
		case "ConfigMap", "Endpoints", "LimitRange", "PersistentVolume", "PersistentVolumeClaim", "Pod",
			"PodTemplate", "ReplicationController", "ResourceQuota", "Secret", "ServiceAccount", "Node":
			return subdomainName
		}
	case "apps", "batch", "autoscaling":
		return subdomainName
	case "networking.k8s.io":
		if gk.Kind == "Ingress" || gk.Kind == "IngressClass" || gk.Kind == "NetworkPolicy" {
			return subdomainName
		}
	case "storage.k8s.io":
		if gk.Kind == "StorageClass" || gk.Kind == "CSIDriver" {
			return subdomainName
		}
	case "coordination.k8s.io", "discovery.k8s.io", "node.k8s.io", "scheduling.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io":
		return subdomainName
	}
	return otherName
}

// isWorkload tells the kinds whose spec has a template of pods.
func isWorkload(kind catalog.Kind) bool {
	switch kind.GVK.Group {
	case "apps":
		return kind.GVK.Kind != "ControllerRevision"
	case "batch":
		return kind.GVK.Kind == "Job"
	}
	return false
}

// workload checks the labels of pods and the selector that must find them.
func (r *recorder) workload(spec map[string]any, kind string) {
	template := object(object(spec, "template"), "metadata")
	labels := object(template, "labels")
	r.push("spec")
	defer r.pop()
	r.push("template")
	r.push("metadata")
	r.labels(labels)
	r.annotations(object(template, "annotations"))
	r.pop()
	r.pop()
	wanted := object(object(spec, "selector"), "matchLabels")
	r.push("selector")
	r.push("matchLabels")
	r.labelMap(wanted)
	if kind != "Job" { // whose selector and labels the server makes up
		r.selected(wanted, labels)
	}
	r.pop()
	r.pop()
}

// selected reports what a selector asks of labels that they do not have.
func (r *recorder) selected(wanted, labels map[string]any) {
	for key, value := range wanted {
		if want, ok := value.(string); !ok || labels[key] == want {
			continue
		}
		r.push(key)
		f := r.add(ruleSelector, "must be among the labels of the template")
		f.hint = "write the label into spec.template.metadata.labels too"
		r.pop()
	}
}
