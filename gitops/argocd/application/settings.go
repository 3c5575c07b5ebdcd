package application

import (
	"cmp"
	"slices"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/rgd"
)

// settings are what applies to a render: the parameters, what krowave.yaml says where they are silent, and the limits
// of the server, which neither can raise.
type settings struct {
	options                         render.Options
	limits                          input.Limits
	library, crds, observed, ignore []string // paths of the files
	allowEmpty                      bool
}

func (r *Renderer) settings(p parameters.Parameters, file *config.Config, at place, q Request) (settings, diag.List) {
	var diags diag.List
	s := settings{
		library:    at.inside(q.Files, "rgds", p.Library, &diags),
		crds:       at.inside(q.Files, "crds", p.CRDs, &diags),
		observed:   at.inside(q.Files, "observed", p.Observed, &diags),
		limits:     lowest(r.o.Limits, file.Limits.Input()),
		allowEmpty: p.AllowEmpty || !p.Given("allow-empty") && file.AllowEmpty,
	}
	for _, list := range []struct {
		parameter string
		into      *[]string
		file      []string
	}{{"rgds", &s.library, file.RGDs}, {"crds", &s.crds, file.CRDs}, {"observed", &s.observed, file.Observed}} {
		if !p.Given(list.parameter) {
			*list.into = list.file
		}
	}
	s.ignore = slices.Concat(file.NotInput(), s.library, s.crds, s.observed)
	strict := p.Strict || !p.Given("strict") && file.Strict
	s.options = render.Options{
		KubernetesVersion: cmp.Or(p.KubernetesVersion, file.KubernetesVersion),
		Mode:              cmp.Or(p.Mode, render.Mode(file.Mode), render.Expand),
		Strict:            strict,
		AllowEmpty:        true, // Generate says it in the words of parameters
		Namespace:         cmp.Or(q.Env[variableNamespace], file.Namespace),
		Omit:              file.Features.Omit,
		DropNulls:         file.Nulls == "drop",
		MaxItems:          lower(cmp.Or(r.o.Render.MaxItems, eval.DefaultMaxItems), file.Limits.CollectionSize),
		MaxDimensions:     lower(cmp.Or(r.o.Render.MaxDimensions, rgd.DefaultMaxDimensions), file.Limits.Dimensions),
		MaxObjects:        r.o.Render.MaxObjects,
		Budget:            uint64(lower(int(min(cmp.Or(r.o.Render.Budget, expr.DefaultBudget), maxBudget)), file.Limits.Cost)), //nolint:gosec // neither is negative, and both fit
		Workers:           r.o.Render.Workers,
	}
	return s, diags
}

// maxBudget is the largest budget that a server gives: what fits an int of 32 bits.
const maxBudget = 1<<31 - 1

// lower is the limit of the server, or that of the file when it is set and lower.
func lower(server, file int) int {
	if file > 0 && file < server {
		return file
	}
	return server
}

// lowest are the lower ones of all limits of the input.
func lowest(server, file input.Limits) input.Limits {
	otherwise := input.DefaultLimits()
	return input.Limits{
		FileBytes:  lower(cmp.Or(server.FileBytes, otherwise.FileBytes), file.FileBytes),
		TotalBytes: lower(cmp.Or(server.TotalBytes, otherwise.TotalBytes), file.TotalBytes),
		Files:      lower(cmp.Or(server.Files, otherwise.Files), file.Files),
		Documents:  lower(cmp.Or(server.Documents, otherwise.Documents), file.Documents),
		Depth:      lower(cmp.Or(server.Depth, otherwise.Depth), file.Depth),
		Values:     lower(cmp.Or(server.Values, otherwise.Values), file.Values),
	}
}
