package feedback

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/application"
)

// readers is how many Observations of one render are read at one time.
const readers = 8

// Current implements [application.Values]: a watch tells of a change some time after it was made, and a read does not. The cache keeps what
// was read. The error is that of the server, or one of [Cache.Observed].
func (c *Cache) Current(ctx context.Context, name string, observations []types.NamespacedName) (application.Snapshot, error) {
	all, within := errgroup.WithContext(ctx)
	all.SetLimit(readers)
	for _, o := range observations {
		all.Go(func() error { return c.refresh(within, o) })
	}
	if err := all.Wait(); err != nil {
		return application.Snapshot{}, err
	}
	return c.Observed(ctx, name)
}

// errUnwatched says that the cache would never hear of an Observation again.
var errUnwatched = errors.New("its namespace is not one of those that are watched")

// refresh reads one Observation.
func (c *Cache) refresh(ctx context.Context, name types.NamespacedName) error {
	if len(c.options.Namespaces) > 0 && !slices.Contains(c.options.Namespaces, name.Namespace) {
		return fmt.Errorf("read Observation %s: %w", name, errUnwatched)
	}
	o, err := c.options.Read(ctx, name)
	if err != nil {
		return fmt.Errorf("read Observation %s: %w", name, err)
	}
	if o != nil {
		c.put(o)
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(name)
	return nil
}

// reader reads from the API server, past its caches.
func reader(client *rest.RESTClient) func(context.Context, types.NamespacedName) (*v1alpha1.Observation, error) {
	return func(ctx context.Context, name types.NamespacedName) (*v1alpha1.Observation, error) {
		o := &v1alpha1.Observation{}
		err := client.Get().NamespaceIfScoped(name.Namespace, name.Namespace != "").Resource(resource).Name(name.Name).Do(ctx).Into(o)
		if apierrors.IsNotFound(err) {
			return nil, nil //nolint:nilnil // there is none, and that is no error
		}
		return o, err //nolint:wrapcheck // the caller names it
	}
}
