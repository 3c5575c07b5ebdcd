package application

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Variables that Argo CD sets. No other one has an effect.
const (
	variableName       = "ARGOCD_APP_NAME"
	variableNamespace  = "ARGOCD_APP_NAMESPACE"   // of the destination
	variableSourcePath = "ARGOCD_APP_SOURCE_PATH" // from the root of the repository
)

// Variables are those that an answer depends on, sorted. It depends on the name of the application only when live values come from a
// cluster.
func Variables(values bool) []string { //nolint:revive // there are values, or there are none
	names := []string{variableNamespace, parameters.Variable, variableSourcePath}
	if values {
		names = append(names, variableName)
	}
	slices.Sort(names)
	return names
}

// place is where an application is in what was sent, and where that is in the repository. With manifest-generate-paths
// Argo CD sends only the directory that the paths have in common.
type place struct {
	app  string // in the files
	root string // of the files, in the repository; "." when all of it was sent
}

// placeOf reads a request.
func placeOf(q Request) (place, diag.List) {
	p := place{app: path.Clean(q.Path), root: "."}
	var diags diag.List
	if !fs.ValidPath(p.app) {
		diags.Errorf(diag.InputPath, source.PathSpan(q.Path), "the path leads out of the repository")
		return p, diags
	}
	at := path.Clean(q.Env[variableSourcePath])
	switch {
	case !fs.ValidPath(at) || at == p.app:
	case p.app == ".":
		p.root = at
	case strings.HasSuffix(at, "/"+p.app):
		p.root = strings.TrimSuffix(at, "/"+p.app)
	}
	return p, nil
}

// show is a path of the files as people know it: from the root of the repository.
func (p place) show(name string) string { return path.Join(p.root, name) }

// inside translates paths of the repository that a parameter names to paths of the files, and reports those that are not
// there.
func (p place) inside(files fs.FS, parameter string, paths []string, diags *diag.List) []string {
	var names []string
	for _, name := range paths {
		at, below := name, true
		if p.root != "." {
			if at, below = strings.CutPrefix(name, p.root+"/"); name == p.root {
				at, below = ".", true
			}
		}
		if !below {
			diags.Errorf(parameters.CodeValue, source.PathSpan("parameter "+parameter), "Argo CD sends %s only, and %s is outside of it", p.root, name).
				WithHint("add /%s to the annotation argocd.argoproj.io/manifest-generate-paths of the Application", name)
			continue
		}
		if _, err := fs.Stat(files, at); errors.Is(err, fs.ErrNotExist) {
			diags.Errorf(parameters.CodeValue, source.PathSpan("parameter "+parameter), "%s is not among the files that Argo CD sends", name).
				WithHint("paths start at the root of the repository; argocd-repo-server may be told to leave some out")
			continue
		}
		names = append(names, at)
	}
	return names
}
