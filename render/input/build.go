package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// kustomizeOnce lets one goroutine at a time into kustomize.
var kustomizeOnce sync.Mutex //nolint:gochecknoglobals // it guards kustomize's own package variables, the OpenAPI schema

// maxBuilds is the number of kustomizations in one build, each counted as often as it is used.
const maxBuilds = 1000

// references tells which of some directories are built as part of others, and what nothing builds.
func (k *kustomizer) references(directories []string) (map[string]bool, diag.List) {
	var diags diag.List
	inner := map[string]bool{}
	for _, dir := range directories {
		for _, part := range k.closure(dir) {
			if part.dir != dir {
				inner[part.dir] = true
			}
		}
	}
	reached := map[string]bool{}
	for _, dir := range directories {
		if !inner[dir] {
			for _, part := range k.closure(dir) {
				reached[part.dir] = true
			}
		}
	}
	for _, dir := range directories {
		z := k.open(dir)
		switch {
		case z.spec.Kind == types.ComponentKind:
			if !inner[dir] {
				diags.Warnf(diag.KustomizeComponent, z.node.Span(), "no kustomization uses this component")
			}
			inner[dir] = true
		case !reached[dir]:
			diags.Errorf(diag.KustomizeCycle, z.node.Span(), "this kustomization is part of itself")
		}
	}
	return inner, diags
}

// closure is the kustomization of a directory and all that it is built from, each once, the parts first.
func (k *kustomizer) closure(dir string) []*kustomization {
	var list []*kustomization
	seen := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		z := k.open(dir)
		for _, part := range z.parts {
			visit(part)
		}
		list = append(list, z)
	}
	visit(dir)
	return list
}

// builds counts the kustomizations that a build runs through. A part that is used twice counts twice, which
// is why a few small files can be a build without end.
func builds(closure []*kustomization) int {
	counts := map[string]int{}
	for _, z := range closure {
		n := 1
		for _, part := range z.parts {
			n = min(n+counts[part], maxBuilds+1)
		}
		counts[z.dir] = n
	}
	return counts[closure[len(closure)-1].dir]
}

// build builds the kustomization of a directory and takes its objects.
func (l *loader) build(dir string) {
	if l.full {
		return
	}
	k := l.kustomize
	closure := k.closure(dir)
	broken := false
	for _, z := range closure {
		broken = broken || z.diags.HasErrors()
		if !k.told[z.dir] {
			k.told[z.dir] = true
			l.diags = append(l.diags, z.diags...)
		}
	}
	if broken {
		return
	}
	z := closure[len(closure)-1]
	if builds(closure) > maxBuilds {
		l.diags.Errorf(diag.InputLimit, z.node.Span(), "the kustomization is built from more than %d kustomizations", maxBuilds)
		return
	}
	built, err := k.run(z, closure)
	if err != nil {
		l.refused(z, err)
		return
	}
	p := placer{kustomizer: k, root: z, used: map[*source.Node]int{}}
	for _, res := range built {
		n, problems := p.place(res)
		l.diags = append(l.diags, problems...)
		if n != nil {
			l.document(n, k.tree.show(z.path))
		}
	}
}

// refused reports what kustomize says about a kustomization.
func (l *loader) refused(z *kustomization, err error) {
	var limit limitError
	if errors.As(err, &limit) {
		l.unreadable(z.path, err)
		return
	}
	l.diags.Errorf(diag.KustomizeBuild, z.node.Span(), "kustomize refuses to build this: %s", l.message(err))
}

// inView is a path in a message of kustomize.
var inView = regexp.MustCompile(`'/([^']*)'`)

// message is an error of kustomize on one line, with paths as the user knows them.
func (l *loader) message(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return inView.ReplaceAllStringFunc(text, func(quoted string) string {
		return "'" + l.tree.show(nameOf(strings.Trim(quoted, "'"))) + "'"
	})
}

// product is one object that kustomize built.
type product struct {
	origin resource.Origin
	text   []byte
}

// run calls kustomize. What it cannot do without a panic is an error.
func (k *kustomizer) run(z *kustomization, closure []*kustomization) (products []product, err error) {
	kustomizeOnce.Lock()
	defer kustomizeOnce.Unlock()
	if slices.ContainsFunc(closure, func(z *kustomization) bool { return len(z.spec.OpenAPI) > 0 }) {
		defer openapi.ResetOpenAPI() // or else the next build would use the same schema
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("kustomize fails: %v", r)
		}
	}()
	v := newView(k.tree)
	if err := v.replace(z, closure); err != nil {
		return nil, err
	}
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified // the order of the command `kustomize build`
	o.LoadRestrictions = types.LoadRestrictionsRootOnly
	o.PluginConfig = types.DisabledPluginConfig()
	built, err := krusty.MakeKustomizer(o).Run(v, absolute(z.dir))
	if v.limit != nil {
		return nil, v.limit
	}
	if err != nil {
		return nil, err
	}
	return export(built, slices.Contains(z.spec.BuildMetadata, types.OriginAnnotations))
}

// replace makes the root of a build tell the origin of each object, and spares kustomize the fields that
// it renames itself but complains about on standard error.
func (v *view) replace(root *kustomization, closure []*kustomization) error {
	for _, z := range closure {
		if z != root && z.node.Get("bases") == nil && z.node.Get("imageTags") == nil {
			continue
		}
		spec := z.spec
		if z == root && !slices.Contains(spec.BuildMetadata, types.OriginAnnotations) {
			spec.BuildMetadata = append(slices.Clone(spec.BuildMetadata), types.OriginAnnotations)
		}
		data, err := json.Marshal(spec)
		if err != nil {
			return err
		}
		v.replaced[z.path] = data
	}
	return nil
}

// export takes the origins off the objects, unless the user asked for them.
func export(built resmap.ResMap, annotate bool) ([]product, error) {
	products := make([]product, 0, built.Size())
	for _, res := range built.Resources() {
		var p product
		origin, err := res.GetOrigin()
		if err != nil {
			return nil, err
		}
		if origin != nil {
			p.origin = *origin
		}
		if !annotate {
			if err := res.SetOrigin(nil); err != nil {
				return nil, err
			}
		}
		if p.text, err = res.AsYAML(); err != nil {
			return nil, err
		}
		products = append(products, p)
	}
	return products, nil
}

// placer gives built objects the places of the files that they were made from.
type placer struct {
	kustomizer *kustomizer
	root       *kustomization
	used       map[*source.Node]int
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

// origin is the document of a file that an object was made from.
func (p *placer) origin(name string, built *source.Node) *source.Node {
	file, err := p.kustomizer.tree.file(name)
	if err != nil {
		return nil
	}
	var best *source.Node
	bestScore := 0
	for _, n := range candidates(p.kustomizer.tree.parse(file)) {
		score := likeness(n, built)
		if best == nil || score > bestScore || (score == bestScore && p.used[n] < p.used[best]) {
			best, bestScore = n, score
		}
	}
	if best != nil {
		p.used[best]++
	}
	return best
}

// candidates are the objects of a file.
func candidates(p parsed) []*source.Node {
	var list []*source.Node
	for _, d := range p.documents {
		if isList(d.Root) {
			list = append(list, d.Root.Get("items").Items()...)
			continue
		}
		list = append(list, d.Root)
	}
	return list
}

// likeness tells how likely an object was built from another: the same kind first, then the same name, or
// one that the name was made from with a prefix or suffix, then the namespace.
func likeness(origin, built *source.Node) int {
	const kind, name = 1 << 20, 1 << 10
	score := 0
	if origin.Get("kind").Str() == built.Get("kind").Str() && origin.Get("apiVersion").Str() == built.Get("apiVersion").Str() {
		score += kind
	}
	from, to := origin.Lookup("metadata", "name").Str(), built.Lookup("metadata", "name").Str()
	switch {
	case from == to:
		score += name
	case from != "" && strings.Contains(to, from):
		score += 2 * len(from)
	}
	if origin.Lookup("metadata", "namespace").Str() == built.Lookup("metadata", "namespace").Str() {
		score++
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
