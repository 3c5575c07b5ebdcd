package render_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml3 "go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render/emit"
)

// dice throws the same numbers in every run.
type dice uint64

// shuffle puts n things into another order.
func (d *dice) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		*d = *d*6364136223846793005 + 1442695040888963407
		swap(i, int(uint64(*d)>>33)%(i+1))
	}
}

// with is the scenario with other files.
func (s *scenario) with(files []txtar.File) *scenario {
	changed := *s
	changed.archive = &txtar.Archive{Comment: s.archive.Comment, Files: files}
	return &changed
}

// inputs are the files of the scenario without the golden sections.
func (s *scenario) inputs() []txtar.File {
	return slices.DeleteFunc(slices.Clone(s.archive.Files), func(f txtar.File) bool { return role(f.Name) == "want" })
}

// plain reports that the files are YAML that other programs read as well, and no more than that: no kustomization,
// nothing that cannot be read, nothing whose place decides.
func (s *scenario) plain(tb testing.TB) bool {
	tb.Helper()
	if len(s.roots) != 1 || s.roots[0] != "." || s.limits != (scenario{}).limits {
		return false
	}
	for _, f := range s.inputs() {
		base := path.Base(f.Name)
		if base == "krowave.yaml" || strings.HasPrefix(base, ".") || strings.HasPrefix(strings.ToLower(base), "kustomization") || base == "Chart.yaml" {
			return false
		}
	}
	for _, d := range s.render(tb, 1).diags {
		if strings.HasPrefix(string(d.Code), "YAML") || strings.HasPrefix(string(d.Code), "INP") {
			return false
		}
	}
	return true
}

// answer is what must stay the same when only the text of the input changes: what comes out, and the
// problems without their places.
type answer struct {
	Sections map[string]string
	Problems []string
}

func answerOf(tb testing.TB, s *scenario) answer {
	tb.Helper()
	out := s.render(tb, 2)
	a := answer{Sections: out.sections(tb)}
	delete(a.Sections, "diagnostics")
	if held, ok := a.Sections["held"]; ok {
		a.Sections["held"] = withoutPlaces(held)
	}
	for _, d := range out.diags {
		text := fmt.Sprintf("%s %s %s %s", d.Severity, d.Code, d.Message, d.Hint)
		if strings.Contains(d.Message, "→") { // a circle is told from where the file begins
			text = fmt.Sprintf("%s %s", d.Severity, d.Code)
		}
		a.Problems = append(a.Problems, text)
	}
	slices.Sort(a.Problems)
	return a
}

// withoutPlaces cuts off where something is held or excluded.
func withoutPlaces(held string) string {
	var b strings.Builder
	for line := range strings.Lines(held) {
		text, place, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " at ")
		_, because, _ := strings.Cut(place, " because of ")
		b.WriteString(text + " " + because + "\n")
	}
	return b.String()
}

// TestKeyOrder shuffles the keys of all objects and writes comments between them.
func TestKeyOrder(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !s.plain(t) || strings.HasPrefix(name, "yaml/") {
				t.Skip("the text of the input matters here")
			}
			want := answerOf(t, s)
			for seed := range uint64(3) {
				random := dice(seed)
				files := s.inputs()
				for i := range files {
					files[i].Data = shuffled(t, files[i].Data, &random)
				}
				if diff := cmp.Diff(want, answerOf(t, s.with(files))); diff != "" {
					t.Fatalf("with shuffled keys: -want +got\n%s\n%s", diff, txtar.Format(&txtar.Archive{Files: files}))
				}
			}
		})
	}
}

// shuffled rewrites YAML with the keys of each object in another order and comments in between.
func shuffled(t *testing.T, data []byte, random *dice) []byte {
	t.Helper()
	var out strings.Builder
	decoder := yaml3.NewDecoder(strings.NewReader(string(data)))
	encoder := yaml3.NewEncoder(&out)
	for {
		var n yaml3.Node
		if decoder.Decode(&n) != nil {
			break
		}
		shuffle(&n, random)
		if err := encoder.Encode(&n); err != nil {
			t.Fatal(err)
		}
	}
	return []byte(out.String())
}

func shuffle(n *yaml3.Node, random *dice) {
	for _, c := range n.Content {
		shuffle(c, random)
	}
	n.HeadComment = "a comment: with ${an.expression}"
	if n.Kind != yaml3.MappingNode {
		return
	}
	n.Style = 0
	pairs := make([][2]*yaml3.Node, len(n.Content)/2)
	for i := range pairs {
		pairs[i] = [2]*yaml3.Node{n.Content[2*i], n.Content[2*i+1]}
	}
	random.shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	for i, p := range pairs {
		n.Content[2*i], n.Content[2*i+1] = p[0], p[1]
	}
}

// TestFiles puts every document into a file of its own, and all documents into one file.
func TestFiles(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !s.plain(t) {
				t.Skip("the files matter here")
			}
			want := answerOf(t, s)
			if diff := cmp.Diff(want, answerOf(t, s.with(split(s)))); diff != "" {
				t.Errorf("a file for each document: -want +got\n%s", diff)
			}
			if diff := cmp.Diff(want, answerOf(t, s.with(merged(s)))); diff != "" {
				t.Errorf("all documents in one file: -want +got\n%s", diff)
			}
		})
	}
}

// documents are the documents of the files with a role, in the order in which they are read.
func documents(s *scenario, as string) []string {
	files := s.inputs()
	slices.SortFunc(files, func(a, b txtar.File) int {
		return slices.Compare(strings.Split(a.Name, "/"), strings.Split(b.Name, "/"))
	})
	var list []string
	for _, f := range files {
		if role(f.Name) == as {
			list = append(list, strings.Split(string(f.Data), "\n---\n")...)
		}
	}
	return list
}

// places are the directories of the roles, and roles without one.
func places() map[string]string {
	return map[string]string{"input": "", "crds": "crds/", "library": "library/", "observed": "observed/"}
}

func split(s *scenario) []txtar.File {
	var files []txtar.File
	for as, dir := range places() {
		for i, text := range documents(s, as) {
			files = append(files, txtar.File{Name: fmt.Sprintf("%s%03d.yaml", dir, i), Data: []byte(text + "\n")})
		}
	}
	return files
}

func merged(s *scenario) []txtar.File {
	var files []txtar.File
	for as, dir := range places() {
		if list := documents(s, as); len(list) > 0 {
			files = append(files, txtar.File{Name: dir + "all.yaml", Data: []byte("---\n" + strings.Join(list, "\n---\n") + "\n")})
		}
	}
	return files
}

// TestResourceOrder permutes the resources of all RGDs: the same objects come out, in whatever order.
func TestResourceOrder(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !s.plain(t) || s.render(t, 1).diags.HasErrors() {
				t.Skip("problems and files have an order")
			}
			want := setOf(t, s)
			for seed := range uint64(3) {
				random := dice(seed)
				files := s.inputs()
				for i := range files {
					files[i].Data = permuted(t, files[i].Data, &random)
				}
				if diff := cmp.Diff(want, setOf(t, s.with(files))); diff != "" {
					t.Fatalf("with permuted resources: -want +got\n%s", diff)
				}
			}
		})
	}
}

// setOf are the objects that come out, what is held and the statuses, each sorted.
func setOf(tb testing.TB, s *scenario) map[string][]string {
	tb.Helper()
	out := s.render(tb, 1)
	set := map[string][]string{}
	for _, o := range out.result.Objects {
		text, err := emit.Object(o.Value)
		if err != nil {
			tb.Fatal(err)
		}
		if s.options.Mode == "passthrough" {
			continue // which puts out the RGDs themselves
		}
		set["objects"] = append(set["objects"], fmt.Sprintf("level %d\n%s", o.Level, text))
	}
	for _, i := range out.result.Instances {
		for _, h := range i.Held {
			slices.Sort(h.After)
			line := h.Node + " after " + strings.Join(h.After, " ")
			for _, w := range h.Paths {
				line += " " + w.Path
			}
			set["held"] = append(set["held"], line)
		}
		for _, a := range i.Absent {
			set["absent"] = append(set["absent"], a.Node)
		}
	}
	set["status"] = []string{statusText(tb, out.result)}
	for _, list := range set {
		slices.Sort(list)
	}
	return set
}

// permuted shuffles spec.resources of RGDs.
func permuted(t *testing.T, data []byte, random *dice) []byte {
	t.Helper()
	parts := strings.Split(string(data), "\n---\n")
	for i, part := range parts {
		if !strings.Contains(part, "kind: ResourceGraphDefinition") {
			continue
		}
		var n yaml3.Node
		if err := yaml3.Unmarshal([]byte(part), &n); err != nil {
			t.Fatal(err)
		}
		resources := lookup(lookup(n.Content[0], "spec"), "resources")
		if resources == nil {
			continue
		}
		random.shuffle(len(resources.Content), func(i, j int) {
			resources.Content[i], resources.Content[j] = resources.Content[j], resources.Content[i]
		})
		text, err := yaml3.Marshal(&n)
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = string(text)
	}
	return []byte(strings.Join(parts, "\n---\n"))
}

func lookup(n *yaml3.Node, key string) *yaml3.Node {
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
