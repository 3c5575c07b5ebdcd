package application

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/rgd"
)

// Discover reports that there is an RGD, or an instance of a known RGD, under the path. Known are the RGDs under the
// path and those of the library that krowave.yaml names. An RGD that cannot be read is one all the same: were it none,
// Argo CD would apply the directory as it is, and delete what was rendered from it before.
func (r *Renderer) Discover(ctx context.Context, q Request) (bool, error) {
	j := newJob(ctx, r.o.Clock)
	at, diags := placeOf(q)
	if diags.HasErrors() {
		return false, nil
	}
	// Detection comes without parameters, or with those of an application that names the plugin.
	p, err := parameters.Parse(q.Env[parameters.Variable])
	if err != nil {
		p = parameters.Parameters{}
	}
	found := false
	err = r.run(j, func() error {
		if err := j.enter(phaseRead); err != nil {
			return err
		}
		file, _ := config.Find(q.Files, []string{at.app}, at.show)
		s, _ := r.settings(p, file, at, q)
		found = reading{renderer: r, fsys: q.Files, digest: q.named().Digest, place: at, limits: s.limits}.ours(s)
		return nil
	})
	return found && err == nil, err
}

// ours reports that the application has something that only an engine for RGDs understands.
func (r reading) ours(s settings) bool {
	given := []string{r.place.app}
	app := r.read(given, s.ignore)
	if len(app.set.RGDs) > 0 {
		return true
	}
	for _, d := range app.diags {
		if f := d.Span.File(); f != nil && isKro(f.Text()) {
			return true
		}
	}
	if len(app.set.Objects) == 0 || len(s.library) == 0 {
		return false
	}
	known := map[schema.GroupKind]bool{}
	for _, o := range r.read(beside(s.library, given), given).set.RGDs {
		decoded, _ := rgd.Decode(o.Node, 0) // its problems are Generate's business
		known[decoded.Schema.GVK().GroupKind()] = true
	}
	for _, o := range app.set.Objects {
		if known[schema.FromAPIVersionAndKind(o.APIVersion, o.Kind).GroupKind()] {
			return true
		}
	}
	return false
}
