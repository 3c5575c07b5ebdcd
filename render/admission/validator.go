package admission

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krowave/krowave/render/crd"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Validator admits objects of one version of a CRD. It is immutable and safe for
// concurrent use.
type Validator struct {
	apiVersion string
	kind       string
	namespaced bool
	status     bool // the status subresource is on, so that status is not the user's
	root       *node
	rules      *ruleNode // nil without x-kubernetes-validations
}

// NewValidator compiles the schema of a version of a CRD. The error says why the API server
// would not take the CRD's schema; it does not cover what is only found by compiling
// the rules, which happens when an object needs them.
func NewValidator(definition *apiextensionsv1.CustomResourceDefinition, version string) (*Validator, error) {
	v := &Validator{
		apiVersion: definition.Spec.Group + "/" + version,
		kind:       definition.Spec.Names.Kind,
		namespaced: definition.Spec.Scope != apiextensionsv1.ClusterScoped,
	}
	for i := range definition.Spec.Versions {
		served := &definition.Spec.Versions[i]
		if served.Name != version {
			continue
		}
		v.status = served.Subresources != nil && served.Subresources.Status != nil
		if served.Schema == nil || served.Schema.OpenAPIV3Schema == nil {
			return nil, fmt.Errorf("version %s of %s has no schema", version, definition.Name)
		}
		if err := v.compile(served.Schema.OpenAPIV3Schema); err != nil {
			return nil, fmt.Errorf("schema of %s: %w", definition.Name, err)
		}
		return v, nil
	}
	return nil, fmt.Errorf("%s has no version %s", definition.Name, version)
}

// compile reads the schema in the form in which the API server does: after a trip
// through JSON, which settles what Go values leave open.
func (v *Validator) compile(props *apiextensionsv1.JSONSchemaProps) error {
	internal, err := crd.Stored(props)
	if err != nil {
		return err
	}
	structural, err := structure(internal)
	if err != nil {
		return err
	}
	v.root = newRoot(internal, structural)
	v.rules = newRules(structural, model.SchemaDeclType(structural, true), true)
	return nil
}

// structure is the structural form of a schema, with its defaults pruned.
func structure(props *apiextensions.JSONSchemaProps) (*schema.Structural, error) {
	s, err := schema.NewStructural(props)
	if err != nil {
		return nil, err
	}
	if errs := schema.ValidateStructural(field.NewPath("openAPIV3Schema"), s); len(errs) > 0 {
		return nil, errors.New(joined(errs))
	}
	s = s.DeepCopy()
	if err := defaulting.PruneDefaults(s); err != nil {
		return nil, err
	}
	return s, nil
}

func joined(errs field.ErrorList) string {
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Options say what is known around an object.
type Options struct {
	// Namespace is put into an object of a namespaced kind that names none, before rules
	// see it. Empty leaves such an object without.
	Namespace string
	// Old is the object before the change, as it was written. It lets transition rules
	// (oldSelf) run. The other checks do not look at it: what they refuse
	// could not be created in an empty cluster, whatever was there before.
	Old map[string]any
}

// Admit does with an object what the API server does when it is created, and answers the
// object that would be stored: defaulted, pruned, without status. Errors are what the API server
// refuses; warnings are what it drops. The object is complete also where there are
// errors, as far as they let it. At is where the object was written, or nil.
func (v *Validator) Admit(obj map[string]any, at *source.Node, opts Options) (map[string]any, diag.List) {
	a := v.admit(obj)
	if opts.Namespace != "" && v.namespaced {
		if meta, _ := a.object["metadata"].(map[string]any); meta["namespace"] == nil {
			meta["namespace"] = opts.Namespace
		}
	}
	v.validate(a, opts.Old)
	return a.object, v.report(a.findings, at)
}

// admission is one object on its way.
type admission struct {
	object   map[string]any
	findings []finding
}

// admit decodes, prunes and defaults an object.
func (v *Validator) admit(obj map[string]any) *admission {
	var p pruner
	rest := make(map[string]any, len(obj))
	for key, value := range obj {
		if key != "metadata" && (key != "status" || !v.status) {
			rest[key] = value
		}
	}
	if status, ok := obj["status"].(map[string]any); ok && v.status && len(status) > 0 {
		p.addAt(ruleServerField, fieldpath.Path{}.Key("status"), "belongs to the controller; the API server drops it from what is applied").place = atKey
	}
	object, _ := p.prune(rest, v.root).(map[string]any)
	m := metaReader{recorder{findings: embedded(p.findings, object, v.root, decode)}}
	meta := m.read(obj["metadata"])
	fill(object, v.root)
	object["metadata"] = meta
	if v.status {
		delete(object, "status")
	}
	return &admission{object: object, findings: m.findings}
}

// validate checks an object after defaulting.
func (v *Validator) validate(a *admission, old map[string]any) {
	m := metaReader{recorder{findings: a.findings}}
	v.typeMeta(&m.recorder, a.object)
	if meta, ok := a.object["metadata"].(map[string]any); ok {
		m.validate(meta, v.namespaced)
	}
	w := checker{recorder{findings: m.findings}}
	w.value(a.object, v.root)
	a.findings = embedded(w.findings, a.object, v.root, validate)
	if v.rules == nil || blocked(a.findings) {
		return
	}
	run := newRuleRun()
	run.findings = a.findings
	run.value(v.withStatus(a.object, old), v.before(old), v.rules)
	a.findings = run.findings
}

func (v *Validator) typeMeta(r *recorder, object map[string]any) {
	for _, f := range []struct{ key, want string }{{"apiVersion", v.apiVersion}, {"kind", v.kind}} {
		if object[f.key] != f.want {
			r.push(f.key)
			r.add(ruleKind, "must be %s, not %s", f.want, quote(object[f.key]))
			r.pop()
		}
	}
}

// before is the old object as rules compare it, nil without one.
func (v *Validator) before(old map[string]any) any {
	if old == nil {
		return nil
	}
	object := v.admit(old).object
	return v.withStatus(object, old)
}

// withStatus is the object with the status of the old one, which an update keeps.
func (v *Validator) withStatus(object, old map[string]any) map[string]any {
	status, ok := old["status"]
	if !v.status || !ok {
		return object
	}
	with := maps.Clone(object)
	var p pruner
	if child, known := v.root.child("status"); known {
		kept := p.prune(status, child)
		fill(kept, child)
		with["status"] = kept
	}
	return with
}

// blocked reports a problem because of which the API server evaluates no rules.
func blocked(findings []finding) bool {
	for _, f := range findings {
		if f.blocks {
			return true
		}
	}
	return false
}
