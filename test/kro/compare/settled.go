package compare

import (
	"encoding/json"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// Settled is a case in a cluster where everything exists and nothing waits to be ready: no
// readyWhen is left in the RGD. A case whose RGD cannot be read stays as it is.
func Settled(c trial.Case) trial.Case {
	rgd, err := manifest.Decode(c.RGD)
	if err != nil {
		return c
	}
	spec, _ := rgd["spec"].(map[string]any)
	resources, _ := spec["resources"].([]any)
	for _, entry := range resources {
		if resource, ok := entry.(map[string]any); ok {
			delete(resource, "readyWhen")
		}
	}
	text, err := json.MarshalIndent(rgd, "", "  ")
	if err != nil {
		return c
	}
	c.RGD, c.Mode = string(text), trial.Settled
	return c
}
