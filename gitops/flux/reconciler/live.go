package reconciler

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// live is a client that reads from the API server.
type live struct {
	client.Client
	reader client.Reader
}

// Get implements client.Reader.
func (l live) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	return l.reader.Get(ctx, key, o, options...) //nolint:wrapcheck // it stands for the client
}
