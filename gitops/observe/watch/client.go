package watch

import (
	"fmt"
	"sync"

	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

type watchInterface = apiwatch.Interface

// client reads as one identity.
type client struct {
	dynamic  dynamic.Interface
	metadata metadata.Interface
}

// clients makes one client for each identity. Their connections are shared.
type clients struct {
	config *rest.Config

	mu   sync.Mutex
	made map[Identity]*client
}

// of is the client of an identity.
func (c *clients) of(i Identity) (*client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made := c.made[i]; made != nil {
		return made, nil
	}
	config := rest.CopyConfig(c.config)
	// Watches are few and the server looks after itself by priority and fairness; a limit of ours would only make the start slow.
	config.QPS = -1
	if i != (Identity{}) {
		config.Impersonate = rest.ImpersonationConfig{UserName: i.User()}
	}
	made := &client{}
	var err error
	if made.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	if made.metadata, err = metadata.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("make a client of metadata: %w", err)
	}
	if c.made == nil {
		c.made = map[Identity]*client{}
	}
	c.made[i] = made
	return made, nil
}
