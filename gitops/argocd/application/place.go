package application

import (
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

// inside translates paths of the repository that a parameter names to paths of the files.
func (p place) inside(parameter string, paths []string, diags *diag.List) []string {
	if p.root == "." {
		return slices.Clone(paths)
	}
	var names []string
	for _, name := range paths {
		switch rest, below := strings.CutPrefix(name, p.root+"/"); {
		case below:
			names = append(names, rest)
		case name == p.root:
			names = append(names, ".")
		default:
			diags.Errorf(parameters.CodeValue, source.PathSpan("parameter "+parameter), "Argo CD sends %s only, and %s is outside of it", p.root, name).
				WithHint("add %s to the annotation argocd.argoproj.io/manifest-generate-paths of the Application", name)
		}
	}
	return names
}
