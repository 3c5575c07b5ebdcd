package application

import (
	"context"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
)

// Announce lists the parameters of an application. Problems of its files and its parameters are none here, as far
// as the instances and their RGDs can be read without them: the user interface must be able to show what to correct.
// The caller owns the list.
func (r *Renderer) Announce(ctx context.Context, q Request) ([]*plugin.ParameterAnnouncement, error) {
	g := &generation{renderer: r, request: q.named(), job: newJob(ctx, r.o.Clock)}
	var diags diag.List
	if g.place, diags = placeOf(q); diags.HasErrors() {
		return nil, invalid(diags)
	}
	// Where the parameters cannot be read, the fixed ones have their defaults.
	if p, err := parameters.Parse(q.Env[parameters.Variable]); err == nil {
		g.parameters = p
	}
	var list []*plugin.ParameterAnnouncement
	err := r.run(g.job, func() error {
		l, err := g.load()
		if err != nil {
			return err
		}
		var targets []parameters.Target
		if l.compiled.program != nil {
			targets = parameters.Targets(input.Nodes(l.files.set.Objects), l.compiled.program.Graphs())
		}
		list = parameters.Announcements(targets)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
