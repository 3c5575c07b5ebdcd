package input

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// finding is one thing that the walk found.
type finding struct {
	path          string // a file, or the directory of a kustomization
	stdin         bool
	kustomization bool
	explicit      bool // a root, not something below one
	regular       bool // known to be a file that no symbolic link leads to
}

// walker finds files and kustomizations.
type walker struct {
	loader *loader
	plain  bool // kustomizations are passed over
	ignore []string
	inputs []finding
	found  map[string]int // the position of a path in inputs
}

// add notes a finding once. A root counts as one even where the walk of another root came before.
func (w *walker) add(f finding) {
	if i, known := w.found[f.path]; known {
		w.inputs[i].explicit = w.inputs[i].explicit || f.explicit
		return
	}
	w.found[f.path] = len(w.inputs)
	w.inputs = append(w.inputs, f)
}

// roots finds what all roots name.
func (w *walker) roots(roots []string) {
	for _, root := range roots {
		if root == Stdin {
			w.add(finding{path: Stdin, stdin: true})
			continue
		}
		w.root(root)
	}
}

// root finds what one root names.
func (w *walker) root(root string) {
	name := path.Clean(root)
	t := w.loader.tree
	if !fs.ValidPath(name) {
		w.loader.diags.Errorf(diag.InputPath, source.PathSpan(root), "the path leads out of the input")
		return
	}
	info, err := t.stat(name)
	switch {
	case err != nil:
		w.loader.unreadable(name, err)
	case info.IsDir():
		if resolved, err := t.resolve(name); err == nil {
			name = resolved // so that a directory is one, whatever links lead to it
		}
		w.directory(directory{name: name, explicit: true})
	case isKustomizationName(path.Base(name)) && !w.plain:
		w.add(finding{path: path.Dir(name), kustomization: true, explicit: true})
	default:
		w.add(finding{path: name, explicit: true})
	}
}

// directory is one directory on the way.
type directory struct {
	name     string
	inside   bool // a kustomization is above: only other kustomizations count
	explicit bool // a root
}

// directory finds what is in a directory.
func (w *walker) directory(d directory) {
	entries, err := w.loader.tree.entries(d.name)
	if err != nil {
		w.loader.unreadable(d.name, err)
		return
	}
	has := func(match func(string) bool) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && match(e.Name()) })
	}
	if !w.plain && has(isKustomizationName) {
		w.add(finding{path: d.name, kustomization: true, explicit: d.explicit})
		if d.explicit {
			return
		}
		d.inside = true
	}
	if has(func(s string) bool { return s == chartFile }) {
		entries = w.chart(d.name, entries)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		w.entry(d, e)
	}
}

func (w *walker) entry(d directory, e fs.DirEntry) {
	name := path.Join(d.name, e.Name())
	switch {
	case strings.HasPrefix(e.Name(), "."), slices.Contains(w.ignore, name):
	case e.IsDir():
		w.directory(directory{name: name, inside: d.inside})
	case d.inside || !isInputName(e.Name()):
	case e.Type()&fs.ModeSymlink != 0:
		w.link(name)
	case e.Type().IsRegular():
		w.add(finding{path: name, regular: true})
	}
}

// link follows a symbolic link to a file. Links to directories are not followed: they may lead in circles.
func (w *walker) link(name string) {
	info, err := w.loader.tree.stat(name)
	switch {
	case err != nil:
		w.loader.unreadable(name, err)
	case info.Mode().IsRegular():
		w.add(finding{path: name})
	}
}

// chart leaves out the templates of a Helm chart, which are not YAML.
func (w *walker) chart(dir string, entries []fs.DirEntry) []fs.DirEntry {
	return slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool {
		if e.Name() != templatesDir || !e.IsDir() {
			return e.Name() == chartFile
		}
		w.loader.diags.Warnf(diag.InputTemplates, source.PathSpan(w.loader.tree.show(path.Join(dir, chartFile))), "the templates of this Helm chart are not read").
			WithHint("render the chart with helm template and give krowave the result")
		return true
	})
}

const (
	chartFile    = "Chart.yaml"
	templatesDir = "templates"
	configFile   = "krowave.yaml"
)

// isInputName reports that files of a name are read when they are found, not named.
func isInputName(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return name != configFile && !isKustomizationName(name)
	}
	return false
}
