package parameters

import (
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// Announcements are the parameters of an application, for Argo CD's user interface: the fixed ones, and then the
// fields of each target. The caller owns them.
func Announcements(_ []Target) []*plugin.ParameterAnnouncement {
	return nil
}
