package upload_test

import (
	"archive/tar"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/upload"
)

// TestEntries: what is wrong with one entry of an archive, by its name.
func TestEntries(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 5000) + ".yaml"
	one := func(items ...item) *stream { return sent(archive(t, items...)) }
	check(t, map[string]refusal{
		"name above":           {reason: "at the start", stream: one(file("../a.yaml", "a")), want: `../a.yaml: the name has an element ".."`},
		"name above, inside":   {reason: "harmless in the end, and of no honest sender", stream: one(file("a/../b.yaml", "a")), want: `a/../b.yaml: the name has an element ".."`},
		"absolute name":        {reason: "the root of the machine", stream: one(file("/etc/passwd", "a")), want: "/etc/passwd: the name is absolute"},
		"no name":              {reason: "nothing to call it", stream: one(file("", "a")), want: "an entry of the archive has no name"},
		"root as file":         {reason: "in place of the tree", stream: one(file(".", "a")), want: "the root of the archive is not a directory"},
		"root as link":         {reason: "in place of the tree", stream: one(symlink("./", "a")), want: "the root of the archive is not a directory"},
		"line break in a name": {reason: "a message stays one line", stream: one(file("a\n/etc/../b\x1b.yaml", "a")), want: `"a\n/etc/../b\x1b.yaml": the name has an element ".."`},
		"YAML not named in UTF-8": {
			reason: "it would be left out in silence", stream: one(file("caf\xe9.yaml", "a")), want: `"caf\xe9.yaml": the name is not UTF-8`,
		},
		"long name": {
			reason: "by the extended headers of PAX", stream: one(file(long, "a")),
			want: strings.Repeat("n", 200) + "…: the name has more than the 4096 bytes that are allowed",
		},
		"long GNU name": {
			reason: "by the extended headers of GNU tar", stream: one(item{Header: tar.Header{Typeflag: tar.TypeReg, Name: long, Format: tar.FormatGNU}}),
			want: strings.Repeat("n", 200) + "…: the name has more than the 4096 bytes that are allowed",
		},
		"long target": {
			reason: "names that another entry leads to count too", stream: one(symlink("a", long)),
			want: "a: the target of the symbolic link has more than the 4096 bytes that are allowed",
		},
		"name twice":                   {reason: "which one counts?", stream: one(file("a.yaml", "a"), file("./a.yaml", "b")), want: "a.yaml: the archive has this name twice"},
		"name twice, dropped":          {reason: "kept or not", stream: one(file("a.bin", "a"), symlink("a.bin", "b")), want: "a.bin: the archive has this name twice"},
		"file as directory":            {reason: "an entry below a file", stream: one(file("a", "a"), file("a/b.yaml", "b")), want: "a/b.yaml: a is not a directory in the archive"},
		"link as directory":            {reason: "an entry through a link, as an escape is made", stream: one(symlink("a/up", ".."), file("a/up/b.yaml", "b")), want: "a/up/b.yaml: a/up is not a directory in the archive"},
		"directory as file":            {reason: "the file comes last", stream: one(file("a/b.yaml", "b"), file("a", "a")), want: "a: the archive has this name twice"},
		"file, then directory":         {reason: "the directory comes last", stream: one(file("a", "a"), dir("a")), want: "a: the archive has this name twice"},
		"symlink out":                  {reason: "one too many", stream: one(symlink("a/b", "../../c")), want: "a/b: the symbolic link to ../../c leaves the tree"},
		"symlink out and in":           {reason: "it passes the root", stream: one(symlink("a/b", "../../x/a/c"), file("a/c", "")), want: "a/b: the symbolic link to ../../x/a/c leaves the tree"},
		"absolute symlink":             {reason: "the machine's files", stream: one(symlink("a", "/etc/passwd")), want: "a: the symbolic link to /etc/passwd leaves the tree"},
		"symlink out through another":  {reason: "harmless by its text alone", stream: one(symlink("d/e/up", ".."), symlink("d/x", "e/up/../../y")), want: "d/x: the symbolic link to e/up/../../y leaves the tree"},
		"symlink out through a later":  {reason: "the one that leaves comes after", stream: one(symlink("a", "b/x"), symlink("b", "..")), want: "b: the symbolic link to .. leaves the tree"},
		"symlink out through none":     {reason: "what does not exist can be made to", stream: one(symlink("a", "none/../../x")), want: "a: the symbolic link to none/../../x leaves the tree"},
		"many symlinks in a row":       {reason: "each costs", stream: one(chain(300)...), want: "l0255: the symbolic link leads through more than 255 others"},
		"many symlinks, last first":    {reason: "the order of entries does not matter", stream: one(reversed(chain(300))...), want: "l0255: the symbolic link leads through more than 255 others"},
		"hard link out":                {reason: "one too many", stream: one(hardlink("a/b", "../c")), want: "a/b: the hard link to ../c leaves the tree"},
		"absolute hard link":           {reason: "the machine's files", stream: one(hardlink("a", "/etc/passwd")), want: "a: the hard link to /etc/passwd leaves the tree"},
		"hard link to nothing":         {reason: "or to what comes later", stream: one(hardlink("a", "b"), file("b", "")), want: "a: the hard link to b leads to nothing that is before it in the archive"},
		"hard link to itself":          {reason: "it is not there yet", stream: one(hardlink("a", "a")), want: "a: the hard link to a leads to nothing that is before it in the archive"},
		"hard link to a directory":     {reason: "it could be a circle", stream: one(file("d/a.yaml", ""), hardlink("d/b", "d")), want: "d/b: the hard link to d does not lead to a file"},
		"hard link to a symlink":       {reason: "it would stand elsewhere", stream: one(symlink("d/a", "b"), hardlink("c", "d/a")), want: "c: the hard link to d/a does not lead to a file"},
		"hard link through a file":     {reason: "a file has no entries", stream: one(file("a", ""), hardlink("c", "a/b")), want: "c: the hard link to a/b leads to nothing that is before it in the archive"},
		"hard link to the root":        {reason: "that is a directory", stream: one(hardlink("c", ".")), want: "c: the hard link to . leads to nothing that is before it in the archive"},
		"character device":             {reason: "no repository has one", stream: one(special("dev/null", tar.TypeChar)), want: "dev/null: a device is no part of a repository"},
		"block device":                 {reason: "no repository has one", stream: one(special("sda.yaml", tar.TypeBlock)), want: "sda.yaml: a device is no part of a repository"},
		"named pipe":                   {reason: "no repository has one", stream: one(special(".git/pipe", tar.TypeFifo)), want: ".git/pipe: a named pipe is no part of a repository"},
		"contiguous file":              {reason: "no repository has one", stream: one(special("a", tar.TypeCont)), want: "a: an entry of type 7 is no part of a repository"},
		"more entries than allowed":    {reason: "kept or not", stream: one(many(".git/%05d", 10_000)...), limits: upload.Limits{Entries: 9_999}, want: "the archive has more than the 9999 entries that are allowed"},
		"more names than memory":       {reason: "files without content cost too", stream: one(many("%05d.bin", 10_000)...), limits: upload.Limits{Kept: 1 << 20}, want: "the files for rendering need more than the 1048576 bytes of memory that are allowed"},
		"more YAML than memory":        {reason: "many small files", stream: one(many("%05d.yaml", 4_500)...), limits: upload.Limits{Kept: 1 << 20}, want: "the files for rendering need more than the 1048576 bytes of memory that are allowed"},
		"more directories than memory": {reason: "names that are nothing but directories", stream: one(deep(100)...), limits: upload.Limits{Kept: 1 << 20}, want: "the files for rendering need more than the 1048576 bytes of memory that are allowed"},
		"large file cut short":         {reason: "it is announced larger than the archive", stream: sent(zipped(t, lying(t, 1<<20))), want: "the archive is cut short"},
	})
}

// chain is symbolic links of which each leads to the next, and the last to a file.
func chain(n int) []item {
	var list []item
	for i := range n {
		list = append(list, symlink(fmt.Sprintf("l%04d", i), fmt.Sprintf("l%04d", i+1)))
	}
	return append(list, file(fmt.Sprintf("l%04d", n), ""))
}

func reversed(items []item) []item {
	var list []item
	for i := range items {
		list = append(list, items[len(items)-1-i])
	}
	return list
}

// many is files of small size.
func many(pattern string, n int) []item {
	var list []item
	for i := range n {
		list = append(list, file(fmt.Sprintf(pattern, i), "kind: Some\n"))
	}
	return list
}

// deep is files below very many directories.
func deep(n int) []item {
	var list []item
	for i := range n {
		list = append(list, file(fmt.Sprintf("%d/%s.yaml", i, strings.Repeat("d/", 2000)), ""))
	}
	return list
}

// lying is a tar whose only file is announced with more bytes than there are.
func lying(tb testing.TB, size int64) []byte {
	tb.Helper()
	i := file("a.yaml", "")
	i.Size = size
	var b strings.Builder
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&i.Header); err != nil {
		tb.Fatal(err)
	}
	return []byte(b.String())
}

// TestManyFiles: ten thousand of them are nothing special.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	u := receive(t, sent(archive(t, many("%05d.yaml", 10_000)...)), upload.Options{})
	entries, err := u.Tree.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(10_000, len(entries)); d != "" {
		t.Errorf("entries -want +got:\n%s", d)
	}
}
