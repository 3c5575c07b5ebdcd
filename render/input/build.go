package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
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
		l.refused(z, closure, err)
		return
	}
	p := placer{kustomizer: k, root: z, used: map[*source.Node]int{}, files: map[string]map[objectKind][]candidate{}}
	for _, res := range built {
		n, problems := p.place(res)
		l.diags = append(l.diags, problems...)
		if n != nil {
			l.document(n, k.tree.show(z.path))
		}
	}
}

// refused reports what kustomize says about a kustomization.
func (l *loader) refused(z *kustomization, closure []*kustomization, err error) {
	if _, limited := errors.AsType[limitError](err); limited {
		l.unreadable(z.path, err)
		return
	}
	text := l.message(err)
	secret := slices.ContainsFunc(closure, func(z *kustomization) bool { return len(z.spec.SecretGenerator) > 0 })
	if i := strings.Index(text, generatorEntries); i >= 0 && secret {
		text = text[:i] + "an entry of a configMapGenerator or secretGenerator cannot be read" // What it says there may be secret.
	}
	l.diags.Errorf(diag.KustomizeBuild, z.node.Span(), "kustomize refuses to build this: %s", text)
}

// generatorEntries is what kustomize says before it quotes the entries of a generator.
const generatorEntries = "loading KV pairs:"

var (
	// inView is a path in a message of kustomize.
	inView = lazyregexp.New(`'/([^']*)'`)
	// pointer is an address, which is another one in every run.
	pointer = lazyregexp.New(`0x[0-9a-f]{6,}`)
)

// message is an error of kustomize on one line, the same in every run, with paths as the user knows them.
func (l *loader) message(err error) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(err.Error(), "\ufffd")), " ")
	text = pointer().ReplaceAllString(text, "…")
	return inView().ReplaceAllStringFunc(text, func(quoted string) string {
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
	return export(built, z.spec.BuildMetadata)
}

// replace makes the root of a build tell the origin of each object, and spares kustomize the fields that it has
// renamed: it would complain about them on standard error.
func (v *view) replace(root *kustomization, closure []*kustomization) error {
	configured := slices.ContainsFunc(closure, func(z *kustomization) bool { return len(z.spec.Configurations) > 0 })
	for _, z := range closure {
		spec := z.spec
		renamed := z.node.Get("bases") != nil || z.node.Get("imageTags") != nil
		if spec.CommonLabels != nil && !configured { // A configuration may treat the two kinds of labels differently.
			spec.Labels = append(slices.Clone(spec.Labels), types.Label{Pairs: spec.CommonLabels, IncludeSelectors: true})
			spec.CommonLabels, renamed = nil, true
		}
		if z == root && !slices.Contains(spec.BuildMetadata, types.OriginAnnotations) {
			spec.BuildMetadata = append(slices.Clone(spec.BuildMetadata), types.OriginAnnotations)
		}
		if z != root && !renamed {
			continue
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
func export(built resmap.ResMap, metadata []string) ([]product, error) {
	annotate := slices.Contains(metadata, types.OriginAnnotations)
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
