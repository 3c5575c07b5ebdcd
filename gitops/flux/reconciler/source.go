package reconciler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/fluxcd/pkg/apis/acl"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/fetch"
)

// originMetadata is where an artifact that was made of another one has the revision of the first.
const originMetadata = "org.opencontainers.image.revision"

// source is an object that has an artifact.
type source interface {
	client.Object
	GetArtifact() *meta.Artifact
}

// sources are the kinds of sources, each as an empty object.
func sources() map[string]func() source {
	return map[string]func() source{
		sourcev1.GitRepositoryKind:    func() source { return &sourcev1.GitRepository{} },
		sourcev1.OCIRepositoryKind:    func() source { return &sourcev1.OCIRepository{} },
		sourcev1.BucketKind:           func() source { return &sourcev1.Bucket{} },
		sourcev1.ExternalArtifactKind: func() source { return &sourcev1.ExternalArtifact{} },
	}
}

// sourceKey names the source of a GraphArtifact.
func sourceKey(g *v1alpha1.GraphArtifact) client.ObjectKey {
	return client.ObjectKey{Namespace: cmp.Or(g.Spec.SourceRef.Namespace, g.Namespace), Name: g.Spec.SourceRef.Name}
}

// source is the artifact of the source.
func (a *attempt) source(ctx context.Context) (*meta.Artifact, error) {
	ref, key := a.graph.Spec.SourceRef, sourceKey(a.graph)
	what := ref.Kind + " " + key.String()
	if key.Namespace != a.graph.Namespace && a.Options.NoCrossNamespaceRefs {
		return nil, &problem{reason: acl.AccessDeniedReason, stalled: true, err: fmt.Errorf("%s is in another namespace, which --no-cross-namespace-refs forbids", what)}
	}
	if ref.Kind == sourcev1.ExternalArtifactKind && key == client.ObjectKeyFromObject(a.graph) {
		return nil, &problem{reason: v1alpha1.ReasonSourceNotReady, stalled: true, err: fmt.Errorf("%s is what this GraphArtifact makes itself", what)}
	}
	kind, ok := sources()[ref.Kind]
	if !ok {
		return nil, &problem{reason: v1alpha1.ReasonSourceNotReady, stalled: true, err: fmt.Errorf("%s is not a kind of source", ref.Kind)}
	}
	s := kind()
	if err := a.Client.Get(ctx, key, s); err != nil {
		if apierrors.IsNotFound(err) || apimeta.IsNoMatchError(err) {
			return nil, &problem{reason: v1alpha1.ReasonSourceNotReady, err: fmt.Errorf("%s does not exist", what)}
		}
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	artifact := s.GetArtifact()
	if artifact == nil {
		return nil, &problem{reason: v1alpha1.ReasonSourceNotReady, err: fmt.Errorf("%s has no artifact yet", what)}
	}
	return artifact, nil
}

// origin is the revision of the first source of an artifact.
func originOf(artifact *meta.Artifact) string {
	return cmp.Or(artifact.Metadata[originMetadata], artifact.Revision)
}

// fetcher opens an artifact.
func (a *attempt) fetcher(artifact *meta.Artifact) func(context.Context) (fs.FS, error) {
	return func(ctx context.Context) (fs.FS, error) {
		files, err := fetch.Fetch(ctx, a.HTTP, *artifact, a.Options.Limits)
		if err == nil {
			return files, nil
		}
		var wrong *fetch.Error
		stalled := errors.As(err, &wrong) && !wrong.Retry()
		return nil, &problem{reason: v1alpha1.ReasonFetchFailed, stalled: stalled, err: err}
	}
}
