// Package config reads krowave.yaml: what a repository wants to be rendered with, whoever renders it.
//
// In: an [fs.FS] and the roots of a render. Out: a [Config], and all problems with the file. The file is looked for in
// the directory of each root and then in the directories above it; the nearest counts, and
// the roots of one render must agree on one. Its paths are relative to its own directory and never leave the
// file system. A field that the file does not set is zero and means the default; a flag of a command
// outranks the file.
//
// Unknown fields are errors: a setting that is misspelt must not be a setting that is ignored. The fields are
// declared once, in [Config.fields]; docs/reference/config.md and docs/reference/krowave.schema.json are made from
// that and held to it by a test.
//
// The package does no I/O but through the fs.FS, and does not act on what it reads.
package config

import (
	"io/fs"
	"path"
	"slices"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

const (
	// Name is the name of the file.
	Name = "krowave.yaml"
	// APIVersion and Kind identify it.
	APIVersion = "krowave.dev/v1alpha1"
	// Kind is the kind of the file.
	Kind = "Config"
)

// Config is the content of a krowave.yaml.
type Config struct {
	// Path is the file in messages, "" when there is none.
	Path string
	// RGDs, CRDs, Observed and Ignore are paths of the file system, not of the file.
	RGDs, CRDs, Observed, Ignore []string
	KubernetesVersion            string
	Strict                       bool
	Mode                         string // expand, children or passthrough; "" is expand
	Namespace                    string
	Features                     Features
	Nulls                        string // keep or drop; "" is keep
	AllowEmpty                   bool
	Limits                       Limits
}

// Features are parts of kro that are off by default.
type Features struct {
	Omit bool
}

// Limits bound a render. A limit that is 0 is not set.
type Limits struct {
	FileBytes, TotalBytes, Files, Documents, Depth, Values int // of the input
	CollectionSize, Dimensions, Cost                       int // of the evaluation
}

// NotInput are the paths that are no input although they may lie below a root: see [input.Options].
func (c *Config) NotInput() []string { return slices.Concat(c.RGDs, c.CRDs, c.Observed, c.Ignore) }

// Input are the limits of package input.
func (l Limits) Input() input.Limits {
	return input.Limits{FileBytes: l.FileBytes, TotalBytes: l.TotalBytes, Files: l.Files, Documents: l.Documents, Depth: l.Depth, Values: l.Values}
}

// Find reads the krowave.yaml of the roots of a render. Show is the name of a path in messages; nil shows the path
// itself. Without a file it answers a zero Config. The Config is answered even when there are problems.
func Find(fsys fs.FS, roots []string, show func(string) string) (*Config, diag.List) {
	if show == nil {
		show = func(name string) string { return name }
	}
	var diags diag.List
	var found []string
	for _, root := range roots {
		name := path.Clean(root)
		if root == input.Stdin || !fs.ValidPath(name) {
			continue
		}
		if at := nearest(fsys, name); at != "" && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	if len(found) == 0 {
		return &Config{}, nil
	}
	if len(found) > 1 {
		diags.Errorf(diag.ConfigConflict, source.PathSpan(show(found[1])), "the paths to render have different configurations").
			WithRelated(source.PathSpan(show(found[0])), "the other one is here").
			WithHint("render them one after the other, or keep one %s above both", Name)
	}
	file, problems := input.ReadFile(fsys, found[0], input.Options{Show: show})
	if file == nil {
		return &Config{}, append(diags, problems...)
	}
	c, problems := Decode(file, path.Dir(found[0]))
	return c, append(diags, problems...)
}

// nearest is the krowave.yaml in the directory of a root or above it, or "".
func nearest(fsys fs.FS, root string) string {
	dir := root
	if info, err := fs.Stat(fsys, root); err != nil || !info.IsDir() {
		dir = path.Dir(root)
	}
	for {
		name := path.Join(dir, Name)
		if info, err := fs.Stat(fsys, name); err == nil && info.Mode().IsRegular() {
			return name
		}
		if dir == "." {
			return ""
		}
		dir = path.Dir(dir)
	}
}
