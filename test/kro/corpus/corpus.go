package corpus

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/krowave/krowave/test/kro/trial"
)

// Corpus is everything that kro ships.
type Corpus struct {
	Cases   []trial.Case
	Skipped []Skipped
}

// Load reads the corpus from the directory of the kro module. Each kind of source is a world
// of its own: an example never meets an end-to-end suite's RGD.
func Load(kroDir string) (Corpus, error) {
	var corpus Corpus
	for _, dirs := range [][]string{
		{"examples"}, {"test/e2e/chainsaw"}, {"test/upgrade/fixtures"}, {"website/docs"}, {"docs"},
	} {
		documents, skipped, err := read(kroDir, dirs...)
		if err != nil {
			return Corpus{}, err
		}
		w := newWorld(documents)
		corpus.Cases = append(corpus.Cases, w.cases()...)
		corpus.Skipped = append(corpus.Skipped, skipped...)
		corpus.Skipped = append(corpus.Skipped, w.unused()...)
	}
	slices.SortFunc(corpus.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Name, b.Name) })
	return corpus, nil
}

// world are documents that can see each other.
type world struct {
	rgds    []document
	crds    []document
	objects []document
	used    map[string]bool
}

func newWorld(documents []document) *world {
	w := &world{used: map[string]bool{}}
	for _, d := range documents {
		switch {
		case isRGD(d):
			w.rgds = append(w.rgds, d)
		case d.kind() == "CustomResourceDefinition":
			w.crds = append(w.crds, d)
		default:
			w.objects = append(w.objects, d)
		}
	}
	return w
}

// cases are one for every instance of an RGD, or one without when it has none.
func (w *world) cases() []trial.Case {
	var all []trial.Case
	for _, rgd := range w.rgds {
		base := trial.Case{
			Name:     rgd.name(),
			RGD:      rgd.text,
			Siblings: w.siblings(rgd),
			CRDs:     texts(w.near(w.crds, rgd)),
			Objects:  texts(w.around(rgd)),
			Mode:     trial.Echo,
			Unknown:  trial.Permissive,
		}
		instances := w.instances(rgd)
		if len(instances) == 0 {
			all = append(all, variants(base)...)
		}
		for _, instance := range instances {
			c := base
			c.Name += " + " + instance.name()
			c.Instance = instance.text
			all = append(all, variants(c)...)
		}
	}
	return all
}

// variants are a case; the same where nothing is known of the other RGDs it uses, since a
// sibling's schema often refuses what the example's author could not yet check; and the same
// in a cluster that answers.
func variants(c trial.Case) []trial.Case {
	all := []trial.Case{c}
	if len(c.Siblings) > 0 {
		alone := c
		alone.Name += " (alone)"
		alone.Siblings = nil
		all = append(all, alone)
	}
	if said := Observe(c.RGD); len(said) > 0 {
		observed := all[len(all)-1]
		observed.Name += " (observed)"
		observed.Observed = said
		all = append(all, observed)
	}
	return all
}

// instances are the objects of the kind an RGD defines for which no other RGD of that kind is nearer.
func (w *world) instances(rgd document) []document {
	var all []document
	for _, object := range w.objects {
		if definedBy(rgd) != object.apiVersion()+" "+object.kind() {
			continue
		}
		nearest := true
		for _, other := range w.rgds {
			if definedBy(other) == definedBy(rgd) && distance(other, object) < distance(rgd, object) {
				nearest = false
			}
		}
		if nearest {
			all = append(all, object)
		}
		w.used[object.name()] = true
	}
	return all
}

// definedBy is the apiVersion and kind of an RGD's instances.
func definedBy(rgd document) string {
	spec, _ := rgd.object["spec"].(map[string]any)
	schema, _ := spec["schema"].(map[string]any)
	text := func(key, otherwise string) string {
		s, _ := schema[key].(string)
		return cmp.Or(s, otherwise)
	}
	return text("group", "kro.run") + "/" + text("apiVersion", "") + " " + text("kind", "")
}

// siblings are the nearest RGDs that define the kinds an RGD uses, and what those use in turn.
func (w *world) siblings(rgd document) []string {
	found := map[string]document{}
	var visit func(d document)
	visit = func(d document) {
		for _, used := range usedKinds(d) {
			if _, known := found[used]; known || used == definedBy(rgd) {
				continue
			}
			if sibling, ok := w.nearest(used, d); ok {
				found[used] = sibling
				visit(sibling)
			}
		}
	}
	visit(rgd)
	var all []document
	for _, sibling := range found {
		all = append(all, sibling)
	}
	slices.SortFunc(all, func(a, b document) int { return cmp.Compare(a.name(), b.name()) })
	return texts(all)
}

func usedKinds(rgd document) []string {
	spec, _ := rgd.object["spec"].(map[string]any)
	resources, _ := spec["resources"].([]any)
	var all []string
	for _, r := range resources {
		resource, _ := r.(map[string]any)
		for _, key := range []string{"template", "externalRef"} {
			template, _ := resource[key].(map[string]any)
			apiVersion, _ := template["apiVersion"].(string)
			kind, _ := template["kind"].(string)
			if apiVersion != "" && kind != "" {
				all = append(all, apiVersion+" "+kind)
			}
		}
	}
	return all
}

func (w *world) nearest(kind string, from document) (document, bool) {
	var best document
	found := false
	for _, candidate := range w.rgds {
		if definedBy(candidate) == kind && (!found || distance(candidate, from) < distance(best, from)) {
			best, found = candidate, true
		}
	}
	return best, found
}

// near are the documents of the directory of an RGD.
func (w *world) near(documents []document, rgd document) []document {
	var all []document
	for _, d := range documents {
		if path.Dir(d.file) == path.Dir(rgd.file) && !strings.HasPrefix(path.Ext(d.file), ".md") {
			all = append(all, d)
			w.used[d.name()] = true
		}
	}
	return all
}

// around are the objects that exist when an RGD is used: those of its directory and of the
// directory above, without the instances of any RGD. Documentation shows no clusters.
func (w *world) around(rgd document) []document {
	above := document{file: path.Dir(rgd.file)}
	var plain []document
	for _, object := range w.objects {
		_, isInstance := w.nearest(object.apiVersion()+" "+object.kind(), rgd)
		if !isInstance && object.kind() != "ResourceGroup" && object.kind() != "Graph" {
			plain = append(plain, object)
		}
	}
	return append(w.near(plain, rgd), w.near(plain, above)...)
}

// unused are the documents that no case contains.
func (w *world) unused() []Skipped {
	var all []Skipped
	for _, d := range slices.Concat(w.crds, w.objects) {
		if !w.used[d.name()] {
			all = append(all, Skipped{Name: d.name(), Reason: "part of no case: " + d.apiVersion() + " " + d.kind()})
		}
	}
	return all
}

func texts(documents []document) []string {
	var all []string
	for _, d := range documents {
		all = append(all, d.text)
	}
	return all
}

// distance counts the directories, or the file, in which two documents differ. Blocks of one
// page are nearer than those of another; further down the page than before an RGD is nearer.
func distance(a, b document) int {
	x, y := strings.Split(a.file, "/"), strings.Split(b.file, "/")
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	gap := 0
	if a.file == b.file {
		gap = abs(a.line - b.line)
	}
	return (len(x)+len(y)-2*same)*100_000 + gap
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
