package input

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
	"github.com/krowave/krowave/render/source"
)

// isKustomizationName reports that kustomize takes files of a name for kustomizations.
func isKustomizationName(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), name)
}

// kustomization is one kustomization file, checked before kustomize sees it.
type kustomization struct {
	dir   string
	path  string
	node  *source.Node // nil when the file cannot be read
	spec  types.Kustomization
	diags diag.List
	// parts are the directories of the kustomizations that it is built from.
	parts []string
}

// kustomizer reads and builds kustomizations.
type kustomizer struct {
	tree *tree
	read map[string]*kustomization // by directory
	told map[string]bool           // directories whose problems have been reported
}

func newKustomizer(t *tree) *kustomizer {
	return &kustomizer{tree: t, read: map[string]*kustomization{}, told: map[string]bool{}}
}

// open reads the kustomization of a directory, once.
func (k *kustomizer) open(dir string) *kustomization {
	if z := k.read[dir]; z != nil {
		return z
	}
	z := &kustomization{dir: dir}
	k.read[dir] = z
	file := k.fileOf(z)
	if file == nil {
		return z
	}
	problems := k.tree.problems(file)
	z.diags = append(z.diags, problems...)
	if problems.HasErrors() {
		return z
	}
	documents := k.tree.parse(file).documents
	if len(documents) == 0 {
		z.diags.Errorf(diag.KustomizeFile, source.PathSpan(file.Path()), "the kustomization is empty")
		return z
	}
	root := documents[0].Root
	if err := z.spec.Unmarshal([]byte(file.Text())); err != nil {
		z.malformed(root, err)
		return z
	}
	z.spec.FixKustomization()
	z.node = root
	if err := z.spec.CheckEmpty(); err != nil {
		z.diags.Errorf(diag.KustomizeFile, root.Span(), "the kustomization is empty")
		return z
	}
	for _, message := range z.spec.EnforceFields() {
		d := z.diags.Errorf(diag.KustomizeFile, root.Span(), "%s", message)
		if strings.HasPrefix(z.spec.APIVersion, fluxKustomizeAPI) {
			d.WithHint("this is a Kustomization of Flux: call the file something else")
		}
	}
	k.check(z)
	return z
}

// fluxKustomizeAPI is the group of Flux's own Kustomization, which is an object like any other.
const fluxKustomizeAPI = "kustomize.toolkit.fluxcd.io/"

// fileOf reads the one kustomization file of a directory.
func (k *kustomizer) fileOf(z *kustomization) *source.File {
	var names []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if info, err := k.tree.stat(path.Join(z.dir, name)); err == nil && !info.IsDir() {
			names = append(names, name)
		}
	}
	shown := source.PathSpan(k.tree.show(z.dir))
	switch len(names) {
	case 0:
		z.diags.Errorf(diag.KustomizeMissing, shown, "the directory has no kustomization file")
		return nil
	case 1:
	default:
		z.diags.Errorf(diag.KustomizeFile, shown, "the directory has %d kustomization files: %s", len(names), strings.Join(names, ", "))
		return nil
	}
	// kustomize asks for real paths, and must get the file that was checked.
	resolved, err := k.tree.resolve(path.Join(z.dir, names[0]))
	z.path = resolved
	if err != nil {
		k.tree.unreadable(&z.diags, path.Join(z.dir, names[0]), err)
		return nil
	}
	file, err := k.tree.file(z.path)
	if err != nil {
		k.tree.unreadable(&z.diags, z.path, err)
		return nil
	}
	return file
}

var (
	unknownField = lazyregexp.New(`unknown field "([^"]+)"`)
	wrongType    = lazyregexp.New(`cannot unmarshal (\w+) into Go struct field [\w.]*?(\w+) of type`)
)

// malformed reports a file that does not fit kustomize's own types.
func (z *kustomization) malformed(root *source.Node, err error) {
	if m := unknownField().FindStringSubmatch(err.Error()); m != nil {
		d := z.diags.Errorf(diag.KustomizeFile, keyAt(root, m[1]).Span(), "a kustomization has no field %q here", m[1])
		if s := diag.Suggest(m[1], kustomizationFields()); s != "" {
			d.WithHint("did you mean %q?", s)
		}
		return
	}
	if m := wrongType().FindStringSubmatch(err.Error()); m != nil {
		z.diags.Errorf(diag.KustomizeFile, keyAt(root, m[2]).Span(), "the field %q of a kustomization cannot be of type %s", m[2], m[1])
		return
	}
	message := strings.TrimPrefix(err.Error(), "invalid Kustomization: ")
	z.diags.Errorf(diag.KustomizeFile, root.Span(), "the kustomization cannot be read: %s", strings.TrimPrefix(message, "json: "))
}

// kustomizationFields are the names of the fields of a kustomization.
func kustomizationFields() []string {
	var names []string
	for field := range reflect.TypeFor[types.Kustomization]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// keyAt is the place of the first key of a name, or the root.
func keyAt(root *source.Node, key string) *source.Node {
	at := root
	walk(root, func(n *source.Node) bool {
		f, ok := n.Field(key)
		if ok {
			at = f.KeyAt
		}
		return ok
	})
	return at
}

// textAt is the place of the first string that is a text or an entry KEY=text, or the root.
func textAt(root *source.Node, text string) *source.Node {
	at := root
	walk(root, func(n *source.Node) bool {
		if n.Kind() == source.String && (n.Str() == text || strings.HasSuffix(n.Str(), "="+text)) {
			at = n
			return true
		}
		return false
	})
	return at
}

// walk visits a tree until a visit answers true.
func walk(n *source.Node, visit func(*source.Node) bool) bool {
	if visit(n) {
		return true
	}
	for _, f := range n.Fields() {
		if walk(f.Value, visit) {
			return true
		}
	}
	for _, item := range n.Items() {
		if walk(item, visit) {
			return true
		}
	}
	return false
}

// check looks at everything that a kustomization refers to.
func (k *kustomizer) check(z *kustomization) {
	if len(z.spec.HelmCharts) > 0 {
		z.diags.Errorf(diag.KustomizeHelm, z.node.Span(), "Helm charts in a kustomization are not rendered").
			WithHint("render the charts with helm template and list the result under resources")
	}
	for _, ref := range z.spec.Resources {
		k.part(z, ref)
	}
	for _, ref := range z.spec.Components {
		k.part(z, ref)
	}
	for _, ref := range slices.Concat(z.spec.Generators, z.spec.Transformers, z.spec.Validators) {
		k.plugin(z, ref)
	}
	for _, ref := range files(&z.spec) {
		k.data(z, ref)
	}
}

// files are the entries of a kustomization that name a file other than those of resources and plugins.
func files(spec *types.Kustomization) []string {
	list := slices.Concat(spec.Crds, spec.Configurations, []string{spec.OpenAPI["path"]})
	for _, p := range slices.Concat(spec.Patches, spec.PatchesJson6902) {
		list = append(list, p.Path)
	}
	for _, p := range spec.PatchesStrategicMerge {
		list = append(list, string(p))
	}
	for _, r := range spec.Replacements {
		list = append(list, r.Path)
	}
	for _, g := range spec.ConfigMapGenerator {
		list = append(list, sources(g.KvPairSources)...)
	}
	for _, g := range spec.SecretGenerator {
		list = append(list, sources(g.KvPairSources)...)
	}
	return slices.DeleteFunc(list, func(ref string) bool { return ref == "" })
}

// sources are the files of a generator.
func sources(g types.KvPairSources) []string {
	list := slices.Clone(g.EnvSources)
	for _, entry := range g.FileSources {
		list = append(list, fileOf(entry))
	}
	return list
}

// refused reports a reference that leads out of the input, and answers whether it does.
func (z *kustomization) refused(ref string) bool {
	at := textAt(z.node, ref).Span()
	switch {
	case isRemote(ref):
		z.diags.Errorf(diag.KustomizeRemote, at, "krowave reads no URLs and no repositories: %s", ref).
			WithHint("copy what it refers to into the repository")
	case path.IsAbs(ref):
		z.diags.Errorf(diag.KustomizeMissing, at, "a path in a kustomization must be relative: %s", ref)
	default:
		return false
	}
	return true
}

// part checks a file or a directory of resources.
func (k *kustomizer) part(z *kustomization, ref string) {
	if z.refused(ref) {
		return
	}
	name := path.Join(z.dir, ref)
	info, err := k.tree.stat(name)
	switch {
	case err != nil:
		k.missing(z, ref, err)
	case !info.IsDir():
		if file := k.inside(z, ref); file != nil {
			z.diags = append(z.diags, k.tree.problems(file)...)
		}
	case !k.has(name):
		z.diags.Errorf(diag.KustomizeMissing, textAt(z.node, ref).Span(), "the directory %s has no kustomization file", ref)
	default:
		if resolved, err := k.tree.resolve(name); err == nil {
			z.parts = append(z.parts, resolved)
		}
	}
}

// has reports that a directory has a kustomization.
func (k *kustomizer) has(dir string) bool {
	return slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool {
		_, err := k.tree.stat(path.Join(dir, name))
		return err == nil
	})
}

// inside reads a file of a kustomization, which must lie in its directory or below.
func (k *kustomizer) inside(z *kustomization, ref string) *source.File {
	name := path.Join(z.dir, ref)
	dir, dirErr := k.tree.resolve(z.dir)
	resolved, err := k.tree.resolve(name)
	if err == nil && dirErr == nil && dir != "." && !strings.HasPrefix(resolved, dir+"/") {
		z.diags.Errorf(diag.KustomizeBuild, textAt(z.node, ref).Span(), "kustomize takes files only from the directory of the kustomization and below: %s", ref).
			WithHint("give the file's directory a kustomization of its own and refer to that directory")
		return nil
	}
	file, err := k.tree.file(name)
	if err != nil {
		k.missing(z, ref, err)
		return nil
	}
	return file
}

// missing reports a file that is not there.
func (k *kustomizer) missing(z *kustomization, ref string, err error) {
	d := z.diags.Errorf(diag.KustomizeMissing, textAt(z.node, ref).Span(), "%s cannot be read: %v", ref, reason(err))
	if strings.HasPrefix(path.Join(z.dir, ref), "..") {
		d.Message = ref + " lies outside of the input"
		return
	}
	dir, base := path.Split(ref)
	entries, err := k.tree.entries(path.Join(z.dir, dir))
	if err != nil {
		return
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if s := diag.Suggest(base, names); s != "" {
		d.WithHint("did you mean %q?", dir+s)
	}
}

// plugin checks the configuration of a generator, transformer or validator: a file, or the text itself.
func (k *kustomizer) plugin(z *kustomization, ref string) {
	configs, err := resources(ref)
	if err != nil {
		if z.refused(ref) {
			return
		}
		name := path.Join(z.dir, ref)
		if k.tree.isDir(name) {
			// What a directory is built to is known only to kustomize, when it is too late to refuse it.
			z.diags.Errorf(diag.KustomizeBuild, textAt(z.node, ref).Span(), "krowave takes generators, transformers and validators from files only, not from directories").
				WithHint("list the files of %s", ref)
			return
		}
		file := k.inside(z, ref)
		if file == nil {
			return
		}
		if configs, err = resources(file.Text()); err != nil {
			z.diags.Errorf(diag.KustomizeBuild, textAt(z.node, ref).Span(), "%v", err)
			return
		}
	}
	for _, config := range configs {
		if remote := remoteIn(config); remote != "" {
			z.diags.Errorf(diag.KustomizeRemote, textAt(z.node, ref).Span(), "krowave reads no URLs and no repositories: %s", remote).
				WithHint("copy what it refers to into the repository")
		}
	}
}

// data checks a file that a kustomization takes data from. A strategic merge patch may be the text itself.
func (k *kustomizer) data(z *kustomization, ref string) {
	if z.refused(ref) || slices.Contains(z.spec.PatchesStrategicMerge, types.PatchStrategicMerge(ref)) {
		return
	}
	k.inside(z, ref)
}
