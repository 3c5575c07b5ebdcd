package crd

import (
	"strconv"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apihelpers"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krowave/krowave/render/diag"
)

// Check finds what an API server would refuse when the CRD is created. It knows the
// parts of a CRD that [Synthesize] uses.
func Check(c *apiextensionsv1.CustomResourceDefinition, origin Origin) diag.List {
	r := &report{origin: origin}
	r.metadata(c)
	r.names(c.Spec)
	for i, v := range c.Spec.Versions {
		path := "spec.versions[" + strconv.Itoa(i) + "]"
		r.label(v.Name, path+".name", "the version is")
		for j, column := range v.AdditionalPrinterColumns {
			columnProblems(column, path+".additionalPrinterColumns["+strconv.Itoa(j)+"]", r)
		}
		if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
			r.errorf(diag.CRDStructure, schemaOf(i), "the version %q has no schema", v.Name)
			continue
		}
		r.schema(v.Schema.OpenAPIV3Schema, schemaOf(i))
	}
	return r.diags
}

// metadata checks the name, the labels and the annotations of the CRD.
func (r *report) metadata(c *apiextensionsv1.CustomResourceDefinition) {
	anyName := func(string, bool) []string { return nil }
	for _, err := range apivalidation.ValidateObjectMeta(&c.ObjectMeta, false, anyName, field.NewPath("metadata")) {
		text, _, _ := strings.Cut(err.ErrorBody(), " (e.g.") // and a regular expression
		d := r.errorf(diag.CRDMetadata, err.Field, "%s of the CRD are refused: %s", strings.TrimPrefix(err.Field, "metadata."), text)
		if span := r.origin.entry(err.Field, err.BadValue); span.File() != nil {
			d.Span = span
		}
	}
	if want := c.Spec.Names.Plural + "." + c.Spec.Group; c.Name != want {
		r.errorf(diag.CRDName, "metadata.name", "the CRD must be called %q, not %q", want, c.Name)
	}
	if apihelpers.IsProtectedCommunityGroup(c.Spec.Group) {
		state, reason := apihelpers.GetAPIApprovalState(c.Annotations)
		if state != apihelpers.APIApproved && state != apihelpers.APIApprovalBypassed {
			r.errorf(diag.CRDName, "spec.group", "the group %q belongs to the Kubernetes project: %s", c.Spec.Group, reason).
				WithHint("use a domain of your own as the group")
		}
	}
}

// names checks the names of the API.
func (r *report) names(spec apiextensionsv1.CustomResourceDefinitionSpec) {
	r.group(spec.Group)
	if spec.Scope != apiextensionsv1.NamespaceScoped && spec.Scope != apiextensionsv1.ClusterScoped {
		r.errorf(diag.CRDName, "spec.scope", "the scope must be Namespaced or Cluster, not %q", spec.Scope)
	}
	names := spec.Names
	if r.label(strings.ToLower(names.Kind), "spec.names.kind", "the kind in lower case is") == nil {
		r.derivedNames(names)
	}
	for i, name := range names.ShortNames {
		r.label(name, "spec.names.shortNames["+strconv.Itoa(i)+"]", "the short name is")
	}
	for i, name := range names.Categories {
		r.label(name, "spec.names.categories["+strconv.Itoa(i)+"]", "the category is")
	}
}

// derivedNames checks the names that come from the kind, once the kind itself is sound.
func (r *report) derivedNames(names apiextensionsv1.CustomResourceDefinitionNames) {
	r.label(names.Singular, "spec.names.singular", "the singular is")
	r.label(strings.ToLower(names.ListKind), "spec.names.listKind", "the list kind in lower case is")
	if names.Kind == names.ListKind {
		r.errorf(diag.CRDName, "spec.names.listKind", "the kind and the list kind are both %q", names.Kind)
	}
	if d := r.label(names.Plural, "spec.names.plural", "the plural of "+strconv.Quote(names.Kind)+" is"); d != nil {
		d.WithHint("the plural comes from the kind by English inflection, so that only another kind helps")
	}
}

// label reports a name that is not a DNS label. It answers nil for one that is.
func (r *report) label(name, path, what string) *diag.Diagnostic {
	switch {
	case len(validation.IsDNS1035Label(name)) == 0:
		return nil
	case len(name) > validation.DNS1035LabelMaxLength:
		return r.errorf(diag.CRDName, path, "%s %q, which has more than %d characters", what, name, validation.DNS1035LabelMaxLength)
	}
	return r.errorf(diag.CRDName, path, "%s %q, which does not consist of lower case letters, digits and dashes, with a letter first and a letter or a digit last", what, name)
}

func (r *report) group(group string) {
	if group == "" {
		r.errorf(diag.CRDName, "spec.group", "the group is missing")
		return
	}
	problems := validation.IsDNS1123Subdomain(group)
	if len(problems) > 0 {
		r.errorf(diag.CRDName, "spec.group", "the group %q is not a domain name: lower case letters, digits and dashes with dots between them", group)
	}
	if len(problems) == 0 && !strings.Contains(group, ".") {
		r.errorf(diag.CRDName, "spec.group", "the group %q must be a domain with at least one dot", group)
	}
}
