package typing

import (
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/fieldpath"
)

// inputs is the schema of an instance as SimpleSchema makes them.
func inputs() *catalog.Schema {
	return object(map[string]*catalog.Schema{
		"name":    scalar("string"),
		"count":   scalar("integer"),
		"ratio":   scalar("number"),
		"names":   listOf(scalar("string")),
		"counts":  listOf(scalar("integer")),
		"labels":  mapWith(scalar("string")),
		"numbers": mapWith(scalar("integer")),
		"free":    preserving(nil),
		"container": object(map[string]*catalog.Schema{
			"name": scalar("string"), "image": scalar("string"),
		}),
		"extra":      object(map[string]*catalog.Schema{"name": scalar("string"), "colour": scalar("string")}),
		"wrong":      object(map[string]*catalog.Schema{"name": scalar("integer")}),
		"deepWrong":  listOf(object(map[string]*catalog.Schema{"ports": listOf(object(map[string]*catalog.Schema{"containerPort": scalar("string")}))})),
		"containers": listOf(object(map[string]*catalog.Schema{"name": scalar("string")})),
		"empty":      object(nil),
		"hidden":     object(map[string]*catalog.Schema{"size": scalar("string")}),
	})
}

func TestCompatible(t *testing.T) {
	t.Parallel()
	// The first part is an expression over b, the instance; the second a path in a, the workload.
	cases := map[string]struct{ reason, expression, path, want string }{
		"Same":              {"", "b.name", "metadata.name", ""},
		"IntForString":      {"", "b.count", "metadata.name", "int is not string"},
		"IntForNumber":      {"kinds must be equal", "b.count", "spec.weight", "int is not double"},
		"NumberForInt":      {"", "b.ratio", "spec.replicas", "double is not int"},
		"StringForBytes":    {"data of a Secret takes no text", "b.name", "data.password", "string is not bytes"},
		"BytesForBytes":     {"although evaluating to bytes fails", "b'x'", "data.password", ""},
		"NullForString":     {"only as a literal of the template null fits everywhere", "null", "metadata.name", "null is not string"},
		"Dyn":               {"dyn fits everywhere", "dyn(1)", "metadata.name", ""},
		"IntoDyn":           {"int-or-string takes anything", "b.labels", "spec.surge", ""},
		"Quantity":          {"what expressions cannot see takes anything", "b.names", "spec.size", ""},
		"Nowhere":           {"where the schema has no place anything goes", "b.names", "spec.nowhere.at.all", ""},
		"Loose":             {"", "b.names", "spec.loose.other", ""},
		"LooseKnown":        {"a known field of a loose object has a type", "b.name", "spec.loose.known", "string is not int"},
		"Optional":          {"an optional value counts as its value", "b.?name", "metadata.name", ""},
		"OptionalWrong":     {"", "b.?count", "metadata.name", "int is not string"},
		"List":              {"", "b.names", "spec.containers[0].args", ""},
		"ListItems":         {"", "b.counts", "spec.containers[0].args", "its items: int is not string"},
		"EmptyList":         {"", "[]", "spec.containers", ""},
		"ScalarForList":     {"", "b.name", "spec.containers[0].args", "string is not list(string)"},
		"ObjectForList":     {"", "b.container", "spec.containers", "b.container is not list(a.spec.containers[])"},
		"MapForList":        {"kro compares the keys with the items", "b.labels", "spec.containers[0].args", ""},
		"Map":               {"", "b.labels", "metadata.labels", ""},
		"MapValues":         {"", "b.numbers", "metadata.labels", "its values: int is not string"},
		"MapKeys":           {"", "{1: 'x'}", "metadata.labels", "its keys: int is not string"},
		"MixedMap":          {"a literal with mixed values is dyn", "{'a': 1, 'b': 'x'}", "metadata.labels", ""},
		"ListForMap":        {"", "b.names", "metadata.labels", "list(string) is not map(string, string)"},
		"ScalarForMap":      {"", "b.name", "metadata.labels", "string is not map(string, string)"},
		"ObjectForMap":      {"every field must fit the values", "b.container", "metadata.labels", ""},
		"ObjectForMapWrong": {"", "b.wrong", "metadata.labels", `its field "name": int is not string`},
		"FreeForMap":        {"an object without known fields fits any map", "b.free", "metadata.labels", ""},
		"FreeForObject":     {"and any object", "b.free", "spec.containers[0]", ""},
		"Subset":            {"fields may be missing", "b.container", "spec.containers[0]", ""},
		"SubsetList":        {"", "b.containers", "spec.containers", ""},
		"ExtraField":        {"but not too many", "b.extra", "spec.containers[0]", `it has a field "colour", which a.spec.containers[] does not have`},
		"WrongField":        {"", "b.wrong", "spec.containers[0]", `its field "name": int is not string`},
		"DeepWrongField":    {"", "b.deepWrong", "spec.containers", `its items: its field "ports": its items: its field "containerPort": string is not int`},
		"HiddenField":       {"a field that expressions cannot see is none", "b.hidden", "spec", `it has a field "size", which a.spec does not have`},
		"PreservingObject":  {"an object that keeps unknown fields takes any object", "b.extra", "spec.loose", ""},
		"MapForObject":      {"any key might be in a map, so all fields must fit", "[{'name': b.name, 'image': b.name}]", "spec.containers", `its items: a map with one type of values must fit every field, but for "args": string is not list(string)`},
		"MapForPreserving":  {"even where unknown fields are kept", "b.labels", "spec.loose", `a map with one type of values must fit every field, but for "known": string is not int`},
		"MapKeysForObject":  {"", "{1: 'x'}", "spec.containers[0]", "its keys must be strings, not int"},
		"ScalarForObject":   {"kro lets it pass; the API server will not", "b.count", "spec", ""},
		"ListForObject":     {"", "b.names", "spec", ""},
		"EmptyObject":       {"", "b.container", "spec.anything", `it has a field "image", which a.spec.anything does not have`},
		"NothingForObject":  {"", "b.empty", "spec.anything", ""},
		"SameObject":        {"", "a.spec", "spec", ""},
		"MapValueObject":    {"kro does not find the types of map values by their keys", "b.extra", "spec.groups.x", ""},
		"MapValuesObject":   {"but by @elem", "{'x': b.extra}", "spec.groups", `its values: it has a field "colour", which a.spec.groups{} does not have`},
		"EmptyKey":          {"kro takes an empty key for the object around it", "b.names", `metadata.labels[""]`, "list(string) is not map(string, string)"},
		"KeyInList":         {"and looks for a key of a list in its items", "b.count", "spec.containers.image", "int is not string"},
		"IndexInObject":     {"", "b.count", "spec[0]", ""},
	}
	r := newRegistry(workload(), inputs())
	env := newEnv(t, r)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(tc.expression)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			path, err := fieldpath.Parse(tc.path)
			if err != nil {
				t.Fatal(err)
			}
			want := r.TypeAt("a", path)
			got, ok := r.Compatible(checked.OutputType(), want)
			if diff := cmp.Diff(tc.want, got); diff != "" || ok != (got == "") {
				t.Errorf("%s\n%s for %s, which is %s: ok %v, -want, +got:\n%s", tc.reason, tc.expression, tc.path, Text(want), ok, diff)
			}
		})
	}
}

// TestCompatibleLists: kro does not find the types of list variables by their names,
// so for collections it compares names and parameters only.
func TestCompatibleLists(t *testing.T) {
	t.Parallel()
	r := newRegistry(workload(), inputs())
	cases := map[string]struct {
		reason    string
		got, want *types.Type
		ok        bool
	}{
		"ItemForField": {"an object out of a collection fits any object", types.NewObjectType("__type_many.@idx.metadata"), types.NewObjectType("__type_a.spec"), true},
		"FieldOfItem":  {"any object fits the field of a collection", types.NewObjectType("__type_b.extra"), r.TypeAt("many", fieldpath.Path{}.Key("spec").Key("containers").Index(0)), true},
		"ScalarOfItem": {"scalars are compared", types.StringType, r.TypeAt("many", fieldpath.Path{}.Key("spec").Key("replicas")), false},
		"Undeclared":   {"a variable without schema takes anything", types.StringType, r.TypeAt("other", fieldpath.Path{}.Key("spec")), true},
		"Nil":          {"a missing type fits nothing", nil, types.StringType, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if reason, ok := r.Compatible(tc.got, tc.want); ok != tc.ok {
				t.Errorf("%s\nCompatible(%s, %s): want %v, got %v: %s", tc.reason, Text(tc.got), Text(tc.want), tc.ok, ok, reason)
			}
		})
	}
}
