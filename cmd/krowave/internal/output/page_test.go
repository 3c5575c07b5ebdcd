package output_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
)

const page = "../../../../docs/reference/output.md"

// TestPage: the page has exactly the fields that the documents have, with their types.
func TestPage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string][]string{}
	row := regexp.MustCompile("^\\| `([^`]+)` \\| ([^|]+) \\| (.*[^ ].*) \\|$")
	heading := ""
	for line := range strings.SplitSeq(string(data), "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			heading = name
		}
		if m := row.FindStringSubmatch(line); m != nil {
			sections[heading] = append(sections[heading], m[1]+" "+m[2])
		}
	}
	for heading, document := range map[string]any{
		"Places": output.Place{}, "Diagnostics": output.Diagnostics{}, "RenderReport": output.RenderReport{},
		"Graphs": output.Graphs{}, "Explanation": output.Explanation{}, "Version": output.BuildVersion{},
	} {
		want := fields(reflect.TypeOf(document), "")
		got := slices.Clone(sections[heading])
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -fields of the document +rows of the page\n%s", heading, diff)
		}
	}
}

// fields are the rows that a struct needs: the path of each field and its type.
func fields(t reflect.Type, prefix string) []string {
	var rows []string
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			if f.Type != reflect.TypeFor[output.Place]() {
				rows = append(rows, fields(f.Type, prefix)...)
			}
			continue
		}
		optional := ""
		if options == "omitempty" {
			optional = "?"
		}
		rows = append(rows, field(f.Type, prefix+name, optional)...)
	}
	return rows
}

// field are the rows of one field. In paths the mark of an optional field stands behind
// the field itself only, not in the paths of what is inside it.
func field(t reflect.Type, path, optional string) []string {
	switch t.Kind() {
	case reflect.Slice:
		inner := field(t.Elem(), path+"[]", "")
		inner[0] = strings.Replace(inner[0], path+"[]", path+"[]"+optional, 1)
		return inner
	case reflect.Struct:
		what := "object"
		if _, ok := t.FieldByName("Place"); ok {
			what = "object at a place"
		}
		return append([]string{path + optional + " " + what}, fields(t, path+".")...)
	case reflect.Map:
		return []string{path + optional + " any"}
	case reflect.Interface:
		return []string{path + " any"}
	case reflect.Int:
		return []string{path + " integer" + optional}
	case reflect.Bool:
		return []string{path + " boolean" + optional}
	default:
		return []string{path + " " + t.Kind().String() + optional}
	}
}
