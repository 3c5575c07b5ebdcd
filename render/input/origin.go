package input

import (
	"cmp"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// placer gives built objects the places of the files that they were made from.
type placer struct {
	kustomizer *kustomizer
	root       *kustomization
	used       map[*source.Node]int
	files      map[string]map[objectKind][]candidate
}

type objectKind struct{ apiVersion, kind string }

// candidate is an object of a file that others may be built from.
type candidate struct {
	node            *source.Node
	namespace, name string
}

// place reads a built object and finds what it was made from. What cannot be found, such as an object that a
// generator made, has the place of the generator or of the kustomization.
func (p *placer) place(built product) (*source.Node, diag.List) {
	t := p.kustomizer.tree
	f := source.NewFile(t.show(p.root.path), built.text)
	docs, problems := source.Parse(f, source.Limits{Bytes: len(built.text) + 1, Depth: t.limits.Depth, Nodes: t.limits.Values})
	if len(docs) != 1 {
		diags := Problems(problems)
		for i := range diags {
			diags[i].Span, diags[i].Related = p.root.node.Span(), nil
		}
		return nil, diags
	}
	n := docs[0].Root
	if made := built.origin.Path; made != "" {
		if origin := p.origin(path.Join(p.root.dir, filepath.ToSlash(made)), n); origin != nil {
			return source.Relocate(n, origin), nil
		}
	}
	return source.RelocateAt(n, p.generator(built.origin, n)), nil
}

// origin is the document of a file that an object was made from: one of the same kind, with the same name or one that
// the new name was made from by a prefix or suffix.
func (p *placer) origin(file string, built *source.Node) *source.Node {
	kinds := p.candidates(file)
	list := kinds[objectKind{built.Get("apiVersion").Str(), built.Get("kind").Str()}]
	if len(list) == 0 { // A patch may change the kind.
		for _, all := range slices.SortedFunc(maps.Keys(kinds), compareKinds) {
			list = append(list, kinds[all]...)
		}
	}
	target := candidate{built, built.Lookup("metadata", "namespace").Str(), built.Lookup("metadata", "name").Str()}
	var best *source.Node
	bestScore := 0
	for _, c := range list {
		score := c.likeness(target)
		if best == nil || score > bestScore || (score == bestScore && p.used[c.node] < p.used[best]) {
			best, bestScore = c.node, score
		}
	}
	if best != nil {
		p.used[best]++
	}
	return best
}

// candidates are the objects of a file by their kinds.
func (p *placer) candidates(name string) map[objectKind][]candidate {
	if kinds, known := p.files[name]; known {
		return kinds
	}
	kinds := map[objectKind][]candidate{}
	p.files[name] = kinds
	file, err := p.kustomizer.tree.file(name)
	if err != nil {
		return kinds
	}
	for _, d := range p.kustomizer.tree.parse(file).documents {
		objects := []*source.Node{d.Root}
		if isList(d.Root) {
			objects = d.Root.Get("items").Items()
		}
		for _, n := range objects {
			kind := objectKind{n.Get("apiVersion").Str(), n.Get("kind").Str()}
			kinds[kind] = append(kinds[kind], candidate{n, n.Lookup("metadata", "namespace").Str(), n.Lookup("metadata", "name").Str()})
		}
	}
	return kinds
}

func compareKinds(a, b objectKind) int {
	return cmp.Or(strings.Compare(a.apiVersion, b.apiVersion), strings.Compare(a.kind, b.kind))
}

// likeness tells how likely another object was built from this one.
func (c candidate) likeness(built candidate) int {
	const sameName, sameNamespace = 1 << 10, 1
	score := 0
	switch {
	case c.name == built.name:
		score = sameName
	case c.name != "" && strings.Contains(built.name, c.name):
		score = 2 * len(c.name)
	}
	if c.namespace == built.namespace {
		score += sameNamespace
	}
	return score
}

// generator is the entry of a kustomization that an object was generated from, or the kustomization itself.
func (p *placer) generator(o resource.Origin, built *source.Node) *source.Node {
	z := p.root
	if dir := path.Join(p.root.dir, path.Dir(filepath.ToSlash(o.ConfiguredIn))); o.ConfiguredIn != "" && p.kustomizer.read[dir] != nil {
		z = p.kustomizer.read[dir]
	}
	best, longest := z.node, -1
	for _, field := range []string{"configMapGenerator", "secretGenerator"} {
		for _, entry := range z.node.Get(field).Items() {
			name := entry.Get("name").Str()
			if strings.Contains(built.Lookup("metadata", "name").Str(), name) && len(name) > longest {
				best, longest = entry, len(name)
			}
		}
	}
	return best
}
