package fieldpath

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestString(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		path   Path
		want   string
	}{
		"Root":     {"the root has no name", Path{}, ""},
		"Plain":    {"keys are joined by dots, positions stand in brackets", Path{}.Key("spec").Key("containers").Index(0).Key("image"), "spec.containers[0].image"},
		"Dashed":   {"dashes and digits need no quotes", Path{}.Key("x-y").Key("0"), "x-y.0"},
		"Dotted":   {"a key with dots and slashes is one key", Path{}.Key("metadata").Key("annotations").Key("a.b/c"), `metadata.annotations["a.b/c"]`},
		"Empty":    {"even the empty key can be told apart", Path{}.Key(""), `[""]`},
		"Brackets": {"kro cannot read such keys back", Path{}.Key(`a[0]"]`).Key("b"), `["a[0]\"]"].b`},
		"First":    {"a list can be the root", Path{}.Index(2).Index(10), "[2][10]"},
		"Negative": {"no list has such a position", Path{}.Index(-1), "[0]"},
		"Unicode":  {"only ASCII goes without quotes", Path{}.Key("schlüssel"), `["schlüssel"]`},
		"Bytes":    {"bytes that are no text survive", Path{}.Key("\xff\n"), `["\xff\n"]`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, tc.path.String()); diff != "" {
				t.Errorf("%s\nString(): -want, +got:\n%s", tc.reason, diff)
			}
			parsed, err := Parse(tc.want)
			if err != nil {
				t.Fatalf("%s\nParse(%q): %v", tc.reason, tc.want, err)
			}
			if diff := cmp.Diff(tc.path, parsed); diff != "" {
				t.Errorf("%s\nParse(%q): -want, +got:\n%s", tc.reason, tc.want, diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ reason, text string }{
		"LeadingDot":  {"kro writes .spec, we write spec", ".spec"},
		"TrailingDot": {"a key is missing", "spec."},
		"TwoDots":     {"a key is missing", "a..b"},
		"NoDot":       {"keys behind a bracket need their dot", "a[0]b"},
		"Unclosed":    {"the bracket is open", "a[0"},
		"OpenQuote":   {"the quote is open", `a["b`},
		"QuotedPlain": {"one spelling each", `["a"]`},
		"BadEscape":   {"one spelling each", `["\u0041."]`},
		"NoBracket":   {"the bracket is open", `["a.b"`},
		"BackQuote":   {"only double quotes quote", "[`a.b`]"},
		"Zeros":       {"one spelling each", "[01]"},
		"Plus":        {"one spelling each", "[+1]"},
		"Minus":       {"no list has such a position", "[-1]"},
		"NoIndex":     {"nothing is named", "[]"},
		"Blank":       {"a blank needs quotes", "a b"},
		"Overflow":    {"the number must fit", "[99999999999999999999]"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, err := Parse(tc.text); err == nil {
				t.Errorf("%s\nParse(%q): want an error, got %v", tc.reason, tc.text, p.Elements())
			}
		})
	}
}

func TestPathsShareBeginnings(t *testing.T) {
	t.Parallel()
	spec := Path{}.Key("spec")
	a, b := spec.Key("a"), spec.Key("b")
	if diff := cmp.Diff([]string{"spec", "spec.a", "spec.b"}, []string{spec.String(), a.String(), b.String()}); diff != "" {
		t.Errorf("appending twice to one path: -want, +got:\n%s", diff)
	}
	if !a.Parent().Equal(spec) || !spec.Parent().IsRoot() || !(Path{}).Parent().IsRoot() {
		t.Errorf("Parent(): got %q, %q, %q", a.Parent(), spec.Parent(), Path{}.Parent())
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		a, b   Path
		want   bool
	}{
		"Roots":      {"there is one root", Path{}, Path{}, true},
		"Separate":   {"paths are compared by their elements, not by how they were made", Path{}.Key("a").Index(1), Path{}.Key("a").Index(1), true},
		"Length":     {"a place is not the place around it", Path{}.Key("a"), Path{}.Key("a").Key("a"), false},
		"KeyOrIndex": {"the key 0 is not the position 0", Path{}.Key("0"), Path{}.Index(0), false},
		"Beginning":  {"all elements count", Path{}.Key("a").Key("c"), Path{}.Key("b").Key("c"), false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.a.Equal(tc.b); got != tc.want {
				t.Errorf("%s\n%q.Equal(%q): want %v, got %v", tc.reason, tc.a, tc.b, tc.want, got)
			}
			if got := tc.a.Compare(tc.b) == 0; got != tc.want {
				t.Errorf("%s\n%q.Compare(%q): want equality %v, got %v", tc.reason, tc.a, tc.b, tc.want, got)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	want := []string{"", "a", "a[2]", "a[10]", "a.b", "a-b", "b[0]"}
	var paths []Path
	for _, text := range []string{"b[0]", "a-b", "a.b", "a[10]", "a", "", "a[2]"} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	slices.SortFunc(paths, Path.Compare)
	var got []string
	for _, p := range paths {
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions sort by number, containers before their contents: -want, +got:\n%s", diff)
	}
}

func TestElements(t *testing.T) {
	t.Parallel()
	elements := Path{}.Key("a").Index(3).Elements()
	if len(elements) != 2 {
		t.Fatalf("Elements(): want 2 elements, got %v", elements)
	}
	if key, ok := elements[0].Key(); !ok || key != "a" {
		t.Errorf("Key(): want a, got %q, %v", key, ok)
	}
	if _, ok := elements[0].Index(); ok {
		t.Error("Index() of a key: want false")
	}
	if index, ok := elements[1].Index(); !ok || index != 3 {
		t.Errorf("Index(): want 3, got %d, %v", index, ok)
	}
	if _, ok := elements[1].Key(); ok {
		t.Error("Key() of a position: want false")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "spec.containers[0].image", `a["b.c/d"][1]`, `["\xff"]`, "a..b", "[01]", `["`, "[", "a[0]b", `["é"].x`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if p.String() != text {
			t.Errorf("Parse(%q).String(): got %q, but a path has one spelling", text, p.String())
		}
	})
}

func FuzzString(f *testing.F) {
	f.Add("a", 0, "b.c")
	f.Add("", 3, `"]`)
	f.Add("\xff", 1<<40, "[0]")
	f.Fuzz(func(t *testing.T, first string, index int, second string) {
		p := Path{}.Key(first).Index(index).Key(second)
		parsed, err := Parse(p.String())
		if err != nil {
			t.Fatalf("Parse(%q): %v", p.String(), err)
		}
		if !parsed.Equal(p) {
			t.Errorf("Parse(%q): want %v, got %v", p.String(), p.Elements(), parsed.Elements())
		}
	})
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		p, q   string
		want   bool
	}{
		"Root":     {"everything is inside the object", "", "a.b", true},
		"Inside":   {"a field of an object", "a", "a.b[0]", true},
		"Around":   {"the object of a field", "a.b[0]", "a.b", true},
		"Equal":    {"a path is in itself", "a[1]", "a[1]", true},
		"Beside":   {"two fields", "a.b", "a.c.d", false},
		"Position": {"two items", "a[0].b", "a[1]", false},
		"Begin":    {"a key that begins like another", "a.b", "a.bc", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Parse(tc.p)
			q, err2 := Parse(tc.q)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			if got := [2]bool{p.Overlaps(q), q.Overlaps(p)}; got != [2]bool{tc.want, tc.want} {
				t.Errorf("%s: got %v, want %v both ways", tc.reason, got, tc.want)
			}
		})
	}
}
