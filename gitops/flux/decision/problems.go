package decision

import (
	"fmt"
	"strings"
)

// EmptyRenderError is a render without any object, held ones counted, where that is not allowed. Nothing is published.
type EmptyRenderError struct{}

// Error says how to allow it.
func (*EmptyRenderError) Error() string {
	return "the render has no object, and publishing that would delete everything that was delivered: set render.allowEmpty if that is meant"
}

// LostManifestError is about objects that were delivered, that must stay, and whose manifests neither the render nor the
// storage gives. Nothing is published until one of them does.
type LostManifestError struct {
	// IDs are those of the objects, sorted.
	IDs []string
}

// Error names the objects.
func (e *LostManifestError) Error() string {
	return fmt.Sprintf("the last manifests of delivered objects are lost and they cannot be rendered, so that publishing would delete them: %s", strings.Join(e.IDs, ", "))
}
