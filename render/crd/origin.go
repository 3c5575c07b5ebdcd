package crd

import (
	"strconv"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

// maxProblems is the number of problems that one [Check] describes.
const maxProblems = 500

// Origin leads from a CRD back to the RGD that it was made from. With a zero
// Origin problems have no place.
type Origin struct {
	Schema *source.Node         // spec.schema of the RGD
	Spec   *simpleschema.Origin // of properties.spec
}

// schemaOf is the path of a version's schema in the way of the API server.
func schemaOf(version int) string {
	return "spec.versions[" + strconv.Itoa(version) + "].schema.openAPIV3Schema"
}

// report collects problems, each at a path of the CRD.
type report struct {
	origin Origin
	diags  diag.List
}

// errorf adds an error. The answer is for a hint.
func (r *report) errorf(code diag.Code, path, format string, args ...any) *diag.Diagnostic {
	if len(r.diags) >= maxProblems {
		return &diag.Diagnostic{}
	}
	span, via := r.origin.locate(path)
	d := r.diags.Errorf(code, span, format, args...)
	for _, v := range via {
		d.WithRelated(v.Span(), "the type %s is used here", v.String())
	}
	return d
}

// locate is the user's text behind a path of the CRD, and the uses of named types
// on the way to it.
func (o Origin) locate(path string) (source.Span, []simpleschema.Text) {
	if place, via := o.specPlace(path); !place.IsZero() {
		return place.Span(), via
	}
	if strings.HasPrefix(path, schemaOf(0)+".properties[spec]") {
		return o.node("spec"), nil
	}
	if rest, found := strings.CutPrefix(path, schemaOf(0)+".properties[status]"); found {
		return o.node(append([]any{"status"}, statusSteps(rest)...)...), nil
	}
	steps := pathSteps(path)
	switch {
	case strings.HasPrefix(path, "spec.names.shortNames"), strings.HasPrefix(path, "spec.names.categories"):
		return o.node(steps[2:]...), nil
	case strings.HasPrefix(path, "spec.versions[0].additionalPrinterColumns"):
		return o.node(steps[3:]...), nil
	case strings.HasPrefix(path, "metadata.labels"), strings.HasPrefix(path, "metadata.annotations"):
		return o.node(steps...), nil
	case path == "spec.versions[0].name":
		return o.node("apiVersion"), nil
	case path == "spec.group" && o.Schema.Get("group") != nil, path == "spec.scope":
		return o.node(steps[1:]...), nil
	}
	return o.node("kind"), nil
}

// specPlace is the text that made a part of the instances' spec.
func (o Origin) specPlace(path string) (place simpleschema.Text, via []simpleschema.Text) {
	rest, found := strings.CutPrefix(path, schemaOf(0)+".properties[spec]")
	if !found {
		return simpleschema.Text{}, nil
	}
	return o.Spec.Find(rest)
}

// node is the place of a node below spec.schema, or of the deepest one on the way to it.
func (o Origin) node(path ...any) source.Span {
	if o.Schema == nil {
		return source.Span{}
	}
	n, _ := o.Schema.At(path...)
	return n.Span()
}

// entry is the label or annotation of the RGD that has a bad key or value, if it can be told.
func (o Origin) entry(path string, bad any) source.Span {
	_, name, _ := strings.Cut(path, ".")
	for _, f := range o.Schema.Lookup("metadata", name).Fields() {
		switch bad {
		case f.Key:
			return f.KeyAt.Span()
		case f.Value.Str():
			return f.Value.Span()
		}
	}
	return source.Span{}
}

// pathSteps splits a path such as a.b[0].c[key] into keys and indices.
func pathSteps(path string) []any {
	var steps []any
	for part := range strings.SplitSeq(strings.NewReplacer("[", ".", "]", "").Replace(path), ".") {
		if i, err := strconv.Atoi(part); err == nil {
			steps = append(steps, i)
		} else {
			steps = append(steps, part)
		}
	}
	return steps
}

// statusSteps are the keys of spec.schema.status that a path of the status' schema stands for.
func statusSteps(path string) []any {
	var steps []any
	for {
		path = strings.TrimPrefix(path, ".")
		if rest, found := strings.CutPrefix(path, "items"); found {
			steps, path = append(steps, 0), rest
			continue
		}
		rest, found := strings.CutPrefix(path, "properties[")
		name, behind, closed := strings.Cut(rest, "]")
		if !found || !closed {
			return steps
		}
		steps, path = append(steps, name), behind
	}
}

// fieldName is a path of a schema in the words of somebody who writes instances: spec.list[].name.
func fieldName(path string) string {
	_, path, _ = strings.Cut(path, "openAPIV3Schema")
	var b strings.Builder
	for path != "" {
		path = strings.TrimPrefix(path, ".")
		if rest, found := strings.CutPrefix(path, "items"); found {
			b.WriteString("[]")
			path = rest
			continue
		}
		if rest, found := strings.CutPrefix(path, "additionalProperties"); found {
			b.WriteString(".*")
			path = rest
			continue
		}
		rest, found := strings.CutPrefix(path, "properties[")
		name, behind, closed := strings.Cut(rest, "]")
		if !found || !closed {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(name)
		path = behind
	}
	return b.String()
}
