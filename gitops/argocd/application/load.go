package application

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	values "github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// files are what an application reads. They are shared and not changed.
type files struct {
	set            *input.Set // to deliver
	library, known *input.Set // to know about
	observed       eval.Observed
	diags          diag.List
}

// reading is what all reads of one request have in common.
type reading struct {
	renderer *Renderer
	fsys     fs.FS
	digest   string
	place    place
	limits   input.Limits
}

// files reads an application, and what it uses besides.
func (r reading) files(s settings) files {
	var f files
	given := []string{r.place.app}
	take := func(part part) *input.Set {
		f.diags = append(f.diags, part.diags...)
		return part.set
	}
	f.set = take(r.read(given, s.ignore))
	f.library = take(r.read(beside(s.library, given), given))
	f.known = take(r.read(beside(s.crds, given), given))
	if len(s.observed) > 0 {
		live := r.live(s.observed)
		f.diags = append(f.diags, live.diags...)
		f.observed = live.observed
	}
	return f
}

// beside are the paths that are not the application itself.
func beside(paths, given []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(name string) bool { return slices.Contains(given, name) })
}

// part is what one read found.
type part struct {
	set      *input.Set
	observed eval.Observed
	diags    diag.List
}

func (r reading) options(ignore []string) input.Options {
	return input.Options{Limits: r.limits, Show: r.place.show, Ignore: ignore}
}

// read reads everything below some paths.
func (r reading) read(paths, ignore []string) part {
	if len(paths) == 0 {
		return part{set: &input.Set{}}
	}
	return r.kept("set", paths, ignore, func() (part, int64) {
		set, diags := input.Load(r.fsys, paths, r.options(ignore))
		var m meter
		m.set(set)
		m.diags(diags)
		return part{set: set, diags: diags}, m.bytes
	})
}

// live reads live objects.
func (r reading) live(paths []string) part {
	return r.kept("live", paths, nil, func() (part, int64) {
		observed, diags := input.LoadObserved(r.fsys, paths, r.options(nil))
		var m meter
		seen, problems := values.FromFiles(observed)
		diags = append(diags, problems...)
		m.diags(diags)
		return part{observed: seen, diags: diags}, m.bytes + r.weigh(paths)
	})
}

// kept answers what was read before from the same files.
func (r reading) kept(kind string, paths, ignore []string, read func() (part, int64)) part {
	if r.digest == "" {
		p, _ := read()
		return p
	}
	key := fmt.Sprintf("%s %q %q %q %q %v", kind, r.digest, r.place.root, paths, ignore, r.limits)
	p, _ := r.renderer.parts.once(key, read)
	return p
}

// weigh is the memory that the objects of some paths take, roughly.
func (r reading) weigh(paths []string) int64 {
	var bytes int64
	for _, name := range paths {
		// What cannot be walked has been reported by whoever read it.
		_ = fs.WalkDir(r.fsys, path.Clean(name), func(_ string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil //nolint:nilerr // a part that cannot be read weighs nothing
			}
			if info, err := e.Info(); err == nil {
				bytes += info.Size() * nodesPerByte
			}
			return nil
		})
	}
	return bytes
}

// The memory of what is kept is known roughly: measured on the examples, and rounded up.
const (
	// nodesPerByte are the bytes of a tree for each byte of its text.
	nodesPerByte = 12
	// diagBytes are those of a problem, without its file.
	diagBytes = 512
)

// meter adds up memory. A file counts once.
type meter struct {
	bytes int64
	files map[*source.File]bool
}

func (m *meter) file(f *source.File, perByte int64) {
	if f == nil || m.files[f] {
		return
	}
	if m.files == nil {
		m.files = map[*source.File]bool{}
	}
	m.files[f] = true
	m.bytes += int64(len(f.Text())) * perByte
}

func (m *meter) set(s *input.Set) {
	for _, o := range slices.Concat(s.RGDs, s.CRDs, s.Objects) {
		m.file(o.Node.Span().File(), nodesPerByte)
		m.bytes += overhead
	}
}

func (m *meter) diags(list diag.List) {
	for _, d := range list {
		m.file(d.Span.File(), 1)
		m.bytes += diagBytes + int64(len(d.Message)+len(d.Hint))
		for _, other := range d.Related {
			m.file(other.Span.File(), 1)
		}
	}
}

// isKro reports that a text speaks of RGDs, whether it can be read or not.
func isKro(text string) bool {
	return strings.Contains(text, "kro.run/") && strings.Contains(text, "ResourceGraphDefinition")
}
