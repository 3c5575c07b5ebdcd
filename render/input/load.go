package input

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Options steer how an input is read. The zero value is ready to use.
type Options struct {
	// Stdin is what the root "-" stands for.
	Stdin []byte
	// Limits bound the input.
	Limits Limits
	// Show is the name of a path of the file system in messages; nil shows the path itself.
	Show func(name string) string
	// Ignore are paths of the file system that are not looked at, with everything below them, when a walk
	// comes to them. What a root names or a kustomization refers to is read all the same.
	Ignore []string
}

// Object is one Kubernetes object of the input.
type Object struct {
	Node       *source.Node
	APIVersion string
	Kind       string
	Namespace  string // "" when the object names none
	Name       string // "" when the object has only a generateName
	// Kustomization is the kustomization file that the object was built from, as in messages, or "".
	Kustomization string
}

// Set is what an input holds. Each list has the order of the roots, then of the paths, then of the documents.
type Set struct {
	RGDs    []*Object // kro.run/v1alpha1 ResourceGraphDefinition
	CRDs    []*Object // apiextensions.k8s.io/v1 CustomResourceDefinition
	Objects []*Object // everything else: instances, and what passes through
}

// Nodes are the trees of a list of objects.
func Nodes(objects []*Object) []*source.Node {
	nodes := make([]*source.Node, len(objects))
	for i, o := range objects {
		nodes[i] = o.Node
	}
	return nodes
}

// Stdin is the root that stands for [Options.Stdin].
const Stdin = "-"

// stdinName is the name of standard input in messages.
const stdinName = "<stdin>"

// Load reads everything below the roots. Roots are slash-separated paths of the file system; "." is all of it.
// The Set is answered even when there are problems, with all that could be read.
func Load(fsys fs.FS, roots []string, o Options) (*Set, diag.List) {
	l := &loader{tree: newTree(fsys, o), set: &Set{}, identities: map[identity]*Object{}}
	l.kustomize = newKustomizer(l.tree)
	l.take = l.add
	w := walker{loader: l, ignore: o.Ignore, found: map[string]int{}}
	w.roots(roots)
	for _, f := range l.plan(w.inputs) {
		switch {
		case f.stdin:
			l.text(source.NewFile(stdinName, o.Stdin))
		case f.kustomization:
			l.build(f.path)
		default:
			l.file(f)
		}
	}
	l.overlaps()
	return l.set, l.diags
}

// ReadFile reads one file within the limits and without leaving the file system, for packages that know its name.
func ReadFile(fsys fs.FS, name string, o Options) (*source.File, diag.List) {
	t := newTree(fsys, o)
	f, err := t.file(name)
	if err != nil {
		var diags diag.List
		t.unreadable(&diags, name, err)
		return nil, diags
	}
	return f, nil
}

// loader collects what is found.
type loader struct {
	tree       *tree
	kustomize  *kustomizer
	take       func(*Object) // what happens to an object
	lists      []*Object     // the lists that the API server makes of one kind
	set        *Set
	diags      diag.List
	documents  int
	full       bool // a limit was hit: nothing more is read
	identities map[identity]*Object
	overlap    []overlap
}

// file reads a plain file.
func (l *loader) file(f finding) {
	if l.full {
		return
	}
	read := l.tree.file
	if f.regular {
		read = func(name string) (*source.File, error) { return l.tree.read(name, name) }
	}
	file, err := read(f.path)
	if err != nil {
		l.unreadable(f.path, err)
		return
	}
	l.text(file)
}

// unreadable reports a path, and stops the reading when a limit on the whole input was hit.
func (l *loader) unreadable(name string, err error) {
	l.tree.unreadable(&l.diags, name, err)
	l.full = len(l.tree.files) >= l.tree.limits.Files || l.tree.bytes > l.tree.limits.TotalBytes
}

// text reads the documents of a file, if it is one of Kubernetes.
func (l *loader) text(f *source.File) {
	before := len(l.diags)
	l.read(f)
	if len(l.diags) > before && ofSecret().MatchString(f.Text()) {
		for i := range l.diags[before:] {
			l.diags[before+i].Secret = true
		}
	}
}

func (l *loader) read(f *source.File) {
	// Most files that are no objects are known without reading them as YAML.
	if !strings.Contains(f.Text(), "apiVersion") && !strings.Contains(f.Text(), "kind") {
		return
	}
	p := l.tree.parse(f)
	if !isKubernetes(f, p) {
		return
	}
	l.diags = append(l.diags, l.tree.problems(f)...)
	for _, d := range p.documents {
		l.document(d.Root, "")
	}
}

// add takes an object into the set.
func (l *loader) add(o *Object) {
	if l.full {
		return
	}
	if l.documents++; l.documents > l.tree.limits.Documents {
		l.full = true
		l.diags.Errorf(diag.InputLimit, o.Node.Span(), "there are more than %d objects", l.tree.limits.Documents)
		return
	}
	switch {
	case o.isRGD():
		l.set.RGDs = append(l.set.RGDs, o)
		return // package render tells about two RGDs of one name or one kind.
	case o.APIVersion == crdVersion && o.Kind == crdKind:
		l.set.CRDs = append(l.set.CRDs, o)
	default:
		l.set.Objects = append(l.set.Objects, o)
	}
	l.once(o)
}

// identity is what the API server knows an object by, whatever its version.
type identity struct {
	kind            schema.GroupKind
	namespace, name string
}

func (o *Object) groupKind() schema.GroupKind {
	return schema.FromAPIVersionAndKind(o.APIVersion, o.Kind).GroupKind()
}

// overlap is an object that two builds, or twice the same one, give.
type overlap struct{ first, second *Object }

// once notes an object that was given before.
func (l *loader) once(o *Object) {
	if o.Name == "" {
		return
	}
	id := identity{o.groupKind(), o.Namespace, o.Name}
	if first, dup := l.identities[id]; dup {
		l.overlap = append(l.overlap, overlap{first, o})
		return
	}
	l.identities[id] = o
}

// overlaps reports objects that are given twice. Two kustomizations with
// objects in common are one problem, however many objects they are.
func (l *loader) overlaps() {
	counts := map[[2]string]int{}
	for _, o := range l.overlap {
		counts[o.builds()]++
	}
	for _, o := range l.overlap {
		builds := o.builds()
		count, more := counts[builds], ""
		if builds != ([2]string{}) {
			if count == 0 {
				continue
			}
			counts[builds] = 0
			if count > 1 {
				more = fmt.Sprintf(", and so are %d more", count-1)
			}
		}
		d := l.diags.Errorf(diag.InputDuplicate, o.second.Node.Span(), "%s is given twice%s", o.second.title(), more).
			WithRelated(o.first.Node.Span(), "the first one is here")
		if builds != ([2]string{}) {
			d.WithHint("%s and %s build the same objects: give only one of them", builds[0], builds[1])
		}
	}
}

// builds are the two kustomizations of an overlap, or empty when plain files take part in it.
func (o overlap) builds() [2]string {
	if o.first.Kustomization == "" || o.second.Kustomization == "" || o.first.Kustomization == o.second.Kustomization {
		return [2]string{}
	}
	return [2]string{o.first.Kustomization, o.second.Kustomization}
}

// title is an object as people name it.
func (o *Object) title() string {
	name := o.Name
	if o.Namespace != "" {
		name = o.Namespace + "/" + o.Name
	}
	return fmt.Sprintf("%s %q", o.Kind, name)
}

// plan puts what was found in order and decides which kustomizations are built.
func (l *loader) plan(found []finding) []finding {
	var directories []string
	for _, f := range found {
		if f.kustomization {
			directories = append(directories, f.path)
		}
	}
	if len(directories) == 0 {
		return found
	}
	inner, diags := l.kustomize.references(directories)
	l.diags = append(l.diags, diags...)
	return slices.DeleteFunc(found, func(f finding) bool { return f.kustomization && !f.explicit && inner[f.path] })
}
