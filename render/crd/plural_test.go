package crd_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gobuffalo/flect"

	"github.com/krowave/krowave/render/crd"
)

// FuzzPlural: the plural of everything that can be a kind is the one of kro's library.
func FuzzPlural(f *testing.F) {
	for _, kind := range words() {
		f.Add(kind)
	}
	isKind := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	f.Fuzz(func(t *testing.T, kind string) {
		if !isKind.MatchString(kind) {
			return
		}
		if want, got := flect.Pluralize(strings.ToLower(kind)), crd.Plural(kind); want != got {
			t.Errorf("%s: want %q, got %q", kind, want, got)
		}
	})
}

// words are kinds of all sorts: regular and irregular, plural already, acronyms, compounds.
func words() []string {
	all := []string{
		"WebApp", "Info", "DNS", "API", "OS", "ID", "S", "Ses", "Child", "Children", "Ox", "MyOx", "Aircraft", "Series",
		"News", "Money", "Media", "Medium", "Mediums", "Octopus", "Leaf", "Loaf", "Knife", "Proxy", "Gateway", "Day", "Policy",
		"Index", "Matrix", "Crisis", "Thesis", "Datum", "Bus", "Status", "Box", "Buzz", "Quiz", "Photo", "Hero", "Piano",
		"Database", "Sheep", "GrandChild", "Fish", "Swordfish", "Movie", "Cookie", "Chive", "Hive", "Archive", "S3Bucket", "X9",
	}
	for _, prefix := range []string{"My", "X"} {
		for _, word := range slices.Clip(all) {
			all = append(all, prefix+word, word+"s")
		}
	}
	return all
}

// TestPluralOfTables: every word of the library's tables, alone and at the end of another word.
func TestPluralOfTables(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"irregular", "plurals", "endings", "acronyms"} {
		found := 0
		for _, word := range crd.InflectionWords(list) {
			for _, kind := range []string{word, "my" + word, word + "s", "a1" + word} {
				if want, got := flect.Pluralize(strings.ToLower(kind)), crd.Plural(kind); want != got {
					t.Errorf("%s: want %q, got %q", kind, want, got)
				}
			}
			found++
		}
		if found < 50 {
			t.Errorf("only %d words in the list %s", found, list)
		}
	}
}
