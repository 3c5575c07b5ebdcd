package archive

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// otherBytes is the number of bytes of a kept file that is neither YAML nor JSON: no object of Kubernetes holds more, so
// nothing larger can be what a kustomization makes a ConfigMap or a Secret from.
const otherBytes = 1 << 20

// What an entry of a tree costs in memory while it is built, beside its name, its target and its content.
const (
	nodeBytes = 256
	dirBytes  = 512
)

// builder makes a tree, entry by entry. It rejects what is wrong with one entry at once, and in tree what is wrong
// with all of them.
type builder struct {
	limits  Limits
	root    *node
	links   []*node
	entries int
	held    int64 // bytes
}

func newBuilder(limits Limits) *builder {
	return &builder{limits: limits, root: &node{kind: fs.ModeDir, byName: map[string]*node{}}}
}

// count counts an entry, kept or not.
func (b *builder) count() error {
	if b.entries++; b.entries > b.limits.Entries {
		return exceedf("", "the archive has more than the %d entries that are allowed", b.limits.Entries)
	}
	return nil
}

// hold counts bytes that the tree will hold.
func (b *builder) hold(bytes int64) error {
	if b.held += bytes; b.held > b.limits.Kept {
		return exceedf("", "the files for rendering need more than the %d bytes of memory that are allowed", b.limits.Kept)
	}
	return nil
}

// name is an entry's name without what means nothing: "./a//b/" is "a/b".
func (b *builder) name(raw string) (string, error) {
	switch {
	case len(raw) > b.limits.NameBytes:
		return "", exceedf(raw, "the name has more than the %d bytes that are allowed", b.limits.NameBytes)
	case raw == "":
		return "", rejectf("", "an entry of the archive has no name")
	case path.IsAbs(raw):
		return "", rejectf(raw, "the name is absolute")
	case slices.Contains(strings.Split(raw, "/"), ".."):
		return "", rejectf(raw, "the name has an element %q", "..")
	}
	return path.Clean(raw), nil
}

// add puts a node into the tree, with the directories above it.
func (b *builder) add(name string, n *node) error {
	if name == "." {
		return rejectf("", "the root of the archive is not a directory")
	}
	dir, err := b.parent(name)
	if err != nil {
		return err
	}
	n.name, n.parent = strings.Clone(path.Base(name)), dir
	if dir.byName[n.name] != nil {
		return rejectf(name, "the archive has this name twice")
	}
	dir.byName[n.name] = n
	bytes := int64(len(n.name) + len(n.target))
	if n.isDir() {
		return b.hold(bytes + dirBytes)
	}
	return b.hold(bytes + nodeBytes)
}

// parent is the directory of a name. An archive need not have an entry for it.
func (b *builder) parent(name string) (*node, error) {
	at := b.root
	above := path.Dir(name)
	if above == "." {
		return at, nil
	}
	for element := range strings.SplitSeq(above, "/") {
		next := at.byName[element]
		if next == nil {
			next = &node{name: strings.Clone(element), parent: at, kind: fs.ModeDir, byName: map[string]*node{}}
			at.byName[next.name] = next
			if err := b.hold(dirBytes + int64(len(element))); err != nil {
				return nil, err
			}
		}
		if !next.isDir() {
			return nil, rejectf(name, "%s is not a directory in the archive", Shown(next.path()))
		}
		at = next
	}
	return at, nil
}

// dir adds a directory, which may be there already: an entry below it came first, or the directory comes twice.
func (b *builder) dir(name string) error {
	if name == "." {
		return nil
	}
	dir, err := b.parent(name)
	if err != nil {
		return err
	}
	if known := dir.byName[path.Base(name)]; known != nil && known.isDir() {
		return nil
	}
	return b.add(name, &node{kind: fs.ModeDir, byName: map[string]*node{}})
}

// symlink adds a symbolic link.
func (b *builder) symlink(name, target string) error {
	switch {
	case len(target) > b.limits.NameBytes:
		return exceedf(name, "the target of the symbolic link has more than the %d bytes that are allowed", b.limits.NameBytes)
	case path.IsAbs(target):
		return rejectf(name, "the symbolic link to %s leaves the tree", Shown(target))
	}
	link := &node{kind: fs.ModeSymlink, target: target}
	b.links = append(b.links, link)
	return b.add(name, link)
}

// hardlink adds a second name of a file.
func (b *builder) hardlink(name, target string) error {
	of, err := b.name(target)
	if err != nil {
		return rejectf(name, "the hard link to %s leaves the tree", Shown(target))
	}
	file := b.root
	for element := range strings.SplitSeq(of, "/") {
		if file = file.byName[element]; file == nil {
			return rejectf(name, "the hard link to %s leads to nothing that is before it in the archive", Shown(target))
		}
	}
	if file.isDir() || file.isLink() {
		return rejectf(name, "the hard link to %s does not lead to a file", Shown(target))
	}
	return b.add(name, &node{size: file.size, data: file.data, missing: file.missing})
}

// file adds a regular file, and reads its content if that is kept.
func (b *builder) file(name string, size int64, open func() (io.Reader, error)) error {
	n := &node{size: size, missing: b.omit(name, size)}
	if err := b.add(name, n); err != nil || n.missing != "" {
		return err
	}
	if err := b.hold(size); err != nil {
		return err
	}
	r, err := open()
	if err != nil {
		return err
	}
	n.data = make([]byte, size)
	_, err = io.ReadFull(r, n.data)
	return err
}

// omit is why a file's content is not kept, "" when it is.
func (b *builder) omit(name string, size int64) string {
	switch {
	case isData(name) || isKustomization(path.Base(name)):
		if size > b.limits.File {
			return tooLarge(size, b.limits.File)
		}
	case size > otherBytes:
		return tooLarge(size, otherBytes)
	case b.held+size > b.limits.Kept/2:
		return "there are too many files that are neither YAML nor JSON"
	}
	return ""
}

// tree is the tree of all entries.
func (b *builder) tree() (*Tree, error) {
	slices.SortFunc(b.links, func(x, y *node) int { return strings.Compare(x.path(), y.path()) })
	for _, link := range b.links {
		if err := link.resolve(0); err != nil {
			return nil, err
		}
	}
	t := &Tree{root: b.root}
	b.seal(b.root, false)
	t.bytes, t.digest = b.held, sum(b.root)
	return t, nil
}

// seal puts the entries of a directory into order and drops what no kustomization can refer to: a
// kustomization reaches files in and below its own directory.
func (b *builder) seal(dir *node, reachable bool) {
	for name := range dir.byName {
		reachable = reachable || isKustomization(name)
	}
	dir.entries = make([]*node, 0, len(dir.byName))
	for _, n := range dir.byName {
		dir.entries = append(dir.entries, n)
		switch {
		case n.isDir():
			b.seal(n, reachable)
		case n.data != nil && !reachable && !isData(n.name):
			b.held -= int64(len(n.data))
			n.data, n.missing = nil, "it is neither YAML nor JSON, and no directory above it has a kustomization"
		}
	}
	slices.SortFunc(dir.entries, func(x, y *node) int { return strings.Compare(x.name, y.name) })
	dir.byName = nil
}

// isData reports that a file holds what can be objects.
func isData(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// isKustomization reports that kustomize builds the directory of a file.
func isKustomization(base string) bool {
	return base == "kustomization.yaml" || base == "kustomization.yml" || base == "Kustomization"
}

// inGit reports that a path belongs to what Git keeps beside a checkout.
func inGit(name string) bool {
	return slices.Contains(strings.Split(name, "/"), ".git")
}
