package admission

import (
	"strings"
	"sync"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Checker looks for what the API server would refuse in rendered objects. It keeps what it
// made of schemas, so that many objects of a kind cost one compilation. It is safe for
// concurrent use.
type Checker struct {
	compiled sync.Map // of *catalog.Schema: func() *node
}

// NewChecker returns a Checker that knows no schema yet.
func NewChecker() *Checker { return &Checker{} }

// Check holds an object against its kind. It answers warnings only: the object is
// delivered all the same, unless the caller thinks otherwise. Locate answers where a path of the object
// was written. Values of Secrets appear in no message, and the diagnostics that are about
// them are marked [diag.Diagnostic.Secret]. The schema of a kind that is not known is nil.
func (c *Checker) Check(obj map[string]any, kind catalog.Kind, locate func(fieldpath.Path) source.Span) diag.List {
	var r recorder
	if kind.Schema != nil {
		if n := c.custom(kind); n != nil {
			r.findings = checkCustom(obj, n)
		} else {
			g := goDecoder{secret: isSecret(kind)}
			g.root(obj, kind.Schema)
			r.findings = g.findings
		}
	}
	r.semantics(obj, kind)
	return warnings(r.findings, locate, isSecret(kind))
}

// custom is the compiled schema of a kind that is validated as custom resources are,
// or nil for kinds that the API server decodes into Go structs.
func (c *Checker) custom(kind catalog.Kind) *node {
	if kind.BuiltIn || decodesIntoGo(kind.GVK.Group) {
		return nil
	}
	compile := sync.OnceValue(func() *node { return compileCatalog(kind.Schema) })
	once, _ := c.compiled.LoadOrStore(kind.Schema, compile)
	if load, ok := once.(func() *node); ok {
		return load()
	}
	return nil
}

// checkCustom does what the API server does with a custom resource.
func checkCustom(obj map[string]any, n *node) []finding {
	var p pruner
	rest := make(map[string]any, len(obj))
	for key, value := range obj {
		if key != "metadata" && key != "status" {
			rest[key] = value
		}
	}
	object := p.prune(rest, n)
	findings := embedded(p.findings, object, n, decode)
	fill(object, n)
	w := checker{recorder{findings: findings}}
	w.value(object, n)
	m := metaReader{recorder{findings: embedded(w.findings, object, n, validate)}}
	meta := m.read(obj["metadata"])
	m.push("metadata")
	finalizers, _ := meta["finalizers"].([]any)
	m.finalizers(finalizers)
	m.pop()
	kept := m.findings[:0]
	for _, f := range m.findings {
		if f.rule != ruleServerField {
			kept = append(kept, f)
		}
	}
	return kept
}

// decodesIntoGo tells the groups whose kinds are Go structs of an API server. Of
// a kind that a cluster published it cannot be seen whether it is one of them.
func decodesIntoGo(group string) bool {
	switch group {
	case "", "apps", "batch", "autoscaling", "policy", "extensions",
		"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io",
		"authorization.k8s.io", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io",
		"flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io",
		"rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
		"custom.metrics.k8s.io", "external.metrics.k8s.io", "metrics.k8s.io":
		return true
	}
	return strings.HasSuffix(group, ".openshift.io") // some of which are CRDs
}

func isSecret(kind catalog.Kind) bool { return kind.GVK.Group == "" && kind.GVK.Kind == "Secret" }

// objectCode is the code of a broken rule in a rendered object.
func objectCode(r rule) diag.Code {
	switch r {
	case ruleType:
		return diag.RenderedType
	case ruleRequired:
		return diag.RenderedRequired
	case ruleUnknown, ruleDropped:
		return diag.RenderedUnknownField
	case ruleEnum:
		return diag.RenderedEnum
	case rulePattern:
		return diag.RenderedPattern
	case ruleRange:
		return diag.RenderedRange
	case ruleLength:
		return diag.RenderedLength
	case ruleDuplicate:
		return diag.RenderedDuplicate
	case ruleAlternative:
		return diag.RenderedAlternative
	case ruleName:
		return diag.RenderedName
	case ruleLabel:
		return diag.RenderedLabel
	case ruleSelector:
		return diag.RenderedSelector
	case ruleCEL, ruleCELFailed, ruleCELCost, ruleKind, ruleNamespace, ruleMetadata, ruleServerField:
	}
	return diag.RenderedMetadata
}

func warnings(findings []finding, locate func(fieldpath.Path) source.Span, secret bool) diag.List {
	var list diag.List
	for _, f := range findings {
		at := f.path
		if f.place == atParent {
			at = at.Parent()
		}
		d := list.Warnf(objectCode(f.rule), locate(at), "%s", f.message)
		d.Hint = f.hint
		d.Secret = secret && isSecretPath(f.path)
		if !f.other.IsRoot() {
			d.WithRelated(locate(f.other), "%s", f.note)
		}
	}
	return list.Sorted()
}

// isSecretPath reports that values of a Secret stand at or below a path.
func isSecretPath(p fieldpath.Path) bool {
	elements := p.Elements()
	if len(elements) == 0 {
		return true
	}
	key, _ := elements[0].Key()
	return key == "data" || key == "stringData"
}
