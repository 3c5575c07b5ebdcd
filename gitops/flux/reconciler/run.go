package reconciler

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/acl"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/observe/demand"
)

// finding is what an attempt found out.
type finding struct {
	rendering *hydrate.Rendering
	decision  *decision.Decision
	// denied is what an Observation says about objects that may not be read; empty when all may.
	denied string
	// objects is the number of objects of the artifact.
	objects int
}

// scene is what is known of the world outside at the beginning of an attempt.
type scene struct {
	artifact     *sourcev1.ExternalArtifact // nil when there is none
	observations []v1alpha1.Observation
	cluster      map[string]decision.State
	last         map[string][]byte
	consumers    consumption
}

// run does one attempt. What it found is answered with a problem, too, as far as it came.
func (a *attempt) run(ctx context.Context) (*finding, error) {
	if problems := validation.IsValidLabelValue(a.graph.Name); len(problems) > 0 {
		return nil, &problem{reason: v1alpha1.ReasonRenderFailed, stalled: true, err: fmt.Errorf("the name must fit a label: %s", strings.Join(problems, ", "))}
	}
	from, err := a.source(ctx)
	if err != nil {
		return nil, err
	}
	a.origin = originOf(from)
	s, err := a.look(ctx)
	if err != nil {
		return nil, err
	}
	rendering, err := a.render(ctx, from, s)
	if err != nil {
		return nil, err
	}
	f := &finding{rendering: rendering, denied: denied(s.observations)}
	if err := a.guard(rendering, s); err != nil {
		return f, err
	}
	err = a.deliver(ctx, f, s)
	return f, err
}

// render renders the source.
func (a *attempt) render(ctx context.Context, from *meta.Artifact, s *scene) (*hydrate.Rendering, error) {
	g := a.graph
	start := a.Clock.Now()
	rendering, err := a.Renderer.Render(ctx, hydrate.Request{
		Files: a.fetcher(from), Digest: from.Digest, Path: g.Spec.Path, RGDs: g.Spec.RGDs, Options: g.Spec.Render, Known: s.observations,
		Demand: demand.Options{
			Namespace: g.Namespace, ServiceAccountName: g.Spec.ServiceAccountName,
			Labels: a.labels(),
		},
	})
	if _, fetching := errors.AsType[*problem](err); !fetching {
		g.Status.LastAttemptedRevision = from.Revision
	}
	if wrong, ok := errors.AsType[*hydrate.InvalidError](err); ok {
		return nil, &problem{reason: v1alpha1.ReasonRenderFailed, stalled: true, err: wrong}
	}
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", from.Revision, err)
	}
	a.Metrics.rendered(a.Clock.Since(start))
	return rendering, nil
}

// look finds out what is there.
func (a *attempt) look(ctx context.Context) (*scene, error) {
	s := &scene{}
	var err error
	if s.artifact, err = a.artifact(ctx); err != nil {
		return nil, err
	}
	var list v1alpha1.ObservationList
	err = a.Client.List(ctx, &list, client.InNamespace(a.graph.Namespace), client.MatchingLabels{v1alpha1.GraphArtifactLabel: a.graph.Name})
	if err != nil {
		return nil, fmt.Errorf("list the Observations of %s: %w", a.name(), err)
	}
	s.observations = list.Items
	s.cluster = states(s.observations)
	if s.consumers, err = a.consumption(ctx, s.current()); err != nil {
		return nil, err
	}
	if artifact := s.named(); artifact != nil {
		if s.last, err = a.stored(ctx, artifact); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// artifact is the ExternalArtifact, or nil.
func (a *attempt) artifact(ctx context.Context) (*sourcev1.ExternalArtifact, error) {
	ea := &sourcev1.ExternalArtifact{}
	key := client.ObjectKeyFromObject(a.graph)
	if err := a.Reader.Get(ctx, key, ea); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return nil, nil //nolint:nilnil // there is none, and that is no error
		}
		return nil, fmt.Errorf("read ExternalArtifact %s: %w", key, err)
	}
	if ref := ea.Spec.SourceRef; ref == nil || ref.Kind != v1alpha1.GraphArtifactKind || ref.Name != a.graph.Name {
		return nil, &problem{
			reason: acl.AccessDeniedReason, stalled: true,
			err: fmt.Errorf("ExternalArtifact %s is made by somebody else: spec.sourceRef does not name this GraphArtifact", key),
		}
	}
	a.artifactUID = ea.UID
	return ea, nil
}

// named is the artifact that the ExternalArtifact names, or nil.
func (s *scene) named() *meta.Artifact {
	if s.artifact == nil {
		return nil
	}
	return s.artifact.Status.Artifact
}

// current is the revision that the ExternalArtifact names.
func (s *scene) current() string {
	if artifact := s.named(); artifact != nil {
		return artifact.Revision
	}
	return ""
}

// decide says what comes next.
func (a *attempt) decide(r *hydrate.Rendering, s *scene, deleting bool) (*decision.Decision, error) {
	in := decision.Input{
		Inventory: a.graph.Status.Inventory, Cluster: s.cluster, Last: s.last, Current: s.current(),
		Applied: s.consumers.revision, Owned: s.consumers.owned,
		Options: decision.Options{Ordering: a.graph.Spec.Ordering, Deleting: deleting},
	}
	if r != nil {
		in.Objects, in.Held, in.Options.AllowEmpty = r.Objects, r.Held, r.AllowEmpty
	}
	d, err := decision.Decide(in)
	var empty *decision.EmptyRenderError
	var lost *decision.LostManifestError
	switch {
	case errors.As(err, &empty):
		return d, &problem{reason: v1alpha1.ReasonEmptyRender, stalled: true, err: err}
	case errors.As(err, &lost):
		return d, &problem{reason: v1alpha1.ReasonCarriedForward, err: err}
	case err != nil:
		return d, fmt.Errorf("decide about %s: %w", a.name(), err)
	}
	return d, nil
}

// deliver decides and writes. An artifact that was lost is rebuilt first, and then decided about again.
func (a *attempt) deliver(ctx context.Context, f *finding, s *scene) error {
	for {
		rebuilding := s.last == nil && s.current() != ""
		d, err := a.decide(f.rendering, s, false)
		f.decision, f.objects = d, len(d.Manifests)
		a.report(d)
		if err != nil {
			return err
		}
		if err := a.observe(ctx, f.rendering, d, s.observations); err != nil {
			return err
		}
		if !d.Publish {
			return nil
		}
		if err := a.publish(ctx, d, s); err != nil {
			return err
		}
		if !rebuilding || s.last == nil {
			return nil
		}
	}
}

// report puts what a decision says into the status.
func (a *attempt) report(d *decision.Decision) {
	const most = 100
	a.graph.Status.Waiting = d.Waiting[:min(len(d.Waiting), most)]
	a.graph.Status.Levels = d.Levels
}
