package typing

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
)

// Short names for schemas in the tests.

func object(properties map[string]*catalog.Schema) *catalog.Schema {
	return &catalog.Schema{Type: "object", Properties: properties}
}

func listOf(items *catalog.Schema) *catalog.Schema {
	return &catalog.Schema{Type: "array", Items: items}
}

func mapWith(values *catalog.Schema) *catalog.Schema {
	return &catalog.Schema{Type: "object", AdditionalProperties: values}
}

func scalar(name string) *catalog.Schema { return &catalog.Schema{Type: name} }

func formatted(format string) *catalog.Schema { return &catalog.Schema{Type: "string", Format: format} }

func preserving(properties map[string]*catalog.Schema) *catalog.Schema {
	return &catalog.Schema{Type: "object", Properties: properties, PreserveUnknown: true}
}

// intOrString is how built-in kinds and CRDs alike describe it.
func intOrString() *catalog.Schema {
	return &catalog.Schema{IntOrString: true, AnyOf: []*catalog.Schema{scalar("integer"), scalar("string")}}
}

// quantity has no type of its own.
func quantity() *catalog.Schema {
	return &catalog.Schema{OneOf: []*catalog.Schema{scalar("string"), scalar("number")}}
}

// workload looks like a Deployment, with one field of each kind of schema that Kubernetes has.
func workload() *catalog.Schema {
	container := object(map[string]*catalog.Schema{
		"name":  scalar("string"),
		"image": scalar("string"),
		"args":  listOf(scalar("string")),
		"ports": listOf(object(map[string]*catalog.Schema{"containerPort": scalar("integer"), "protocol": scalar("string")})),
		"resources": object(map[string]*catalog.Schema{
			"limits": mapWith(quantity()),
		}),
	})
	metadata := object(map[string]*catalog.Schema{
		"name": scalar("string"), "namespace": scalar("string"), "labels": mapWith(scalar("string")),
		"creationTimestamp": formatted("date-time"),
	})
	return object(map[string]*catalog.Schema{
		"apiVersion": scalar("string"), "kind": scalar("string"), "metadata": metadata,
		"spec": object(map[string]*catalog.Schema{
			"replicas":   scalar("integer"),
			"paused":     scalar("boolean"),
			"weight":     scalar("number"),
			"surge":      intOrString(),
			"surgeOld":   {Format: "int-or-string", OneOf: []*catalog.Schema{scalar("integer"), scalar("string")}},
			"size":       quantity(),
			"containers": listOf(container),
			"groups":     mapWith(container),
			"matrix":     listOf(listOf(mapWith(container))),
			"bare":       {Type: "array"},
			"blind":      listOf(quantity()),
			"loose":      preserving(map[string]*catalog.Schema{"known": scalar("integer")}),
			"untyped":    {PreserveUnknown: true},
			"anything":   {Type: "object", AnyAdditional: true},
			"my-key":     scalar("string"),
			"a.b/c":      scalar("string"),
			"x__y":       scalar("string"),
			"for":        scalar("string"),
			"$ref":       scalar("string"),
			"raw":        {Type: "object", Embedded: true, PreserveUnknown: true},
			"whole":      {Type: "object", Embedded: true, Properties: map[string]*catalog.Schema{"kind": scalar("string"), "apiVersion": scalar("string"), "metadata": metadata}},
		}),
		"data":  mapWith(formatted("byte")),
		"after": formatted("duration"),
		"day":   formatted("date"),
	})
}

// newRegistry declares the variables a and b of the given schemas and the list variable many.
func newRegistry(a, b *catalog.Schema) *Registry {
	r := NewRegistry(types.NewEmptyRegistry())
	r.Declare("a", a)
	r.Declare("b", b)
	r.DeclareList("many", a)
	return r
}

func newEnv(tb testing.TB, r *Registry) *cel.Env {
	tb.Helper()
	env, err := cel.NewEnv(cel.OptionalTypes(), cel.CustomTypeProvider(r),
		cel.Variable("a", types.NewObjectType("__type_a")),
		cel.Variable("b", types.NewObjectType("__type_b")),
		cel.Variable("many", types.NewListType(types.NewObjectType("__type_many.@idx"))))
	if err != nil {
		tb.Fatal(err)
	}
	return env
}

// typeText compiles an expression and answers its type, or the first error.
func typeText(env *cel.Env, expression string) string {
	checked, issues := env.Compile(expression)
	if issues.Err() != nil {
		return "error: " + issues.Errors()[0].Message
	}
	return checked.OutputType().String()
}

func TestExpressionTypes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ reason, expression, want string }{
		"Root":           {"the type of a variable is called after it", "a", "__type_a"},
		"Nested":         {"nested objects are called after their place", "a.spec.containers[0].resources", "__type_a.spec.containers.@idx.resources"},
		"MapValues":      {"values of maps have a name of their own", `a.spec.groups["x"]`, "__type_a.spec.groups.@elem"},
		"Deep":           {"lists and maps nest", `a.spec.matrix[0][0]["x"].ports[0]`, "__type_a.spec.matrix.@idx.@idx.@elem.ports.@idx"},
		"String":         {"", "a.metadata.name", "string"},
		"Integer":        {"", "a.spec.replicas", "int"},
		"Boolean":        {"", "a.spec.paused", "bool"},
		"Number":         {"", "a.spec.weight", "double"},
		"Bytes":          {"data of a Secret is bytes", `a.data["x"]`, "bytes"},
		"Duration":       {"", "a.after", "google.protobuf.Duration"},
		"Date":           {"", "a.day", "google.protobuf.Timestamp"},
		"DateTime":       {"", "a.metadata.creationTimestamp", "google.protobuf.Timestamp"},
		"IntOrString":    {"it can be either", "a.spec.surge", "dyn"},
		"OldIntOrString": {"built-in kinds mark it by a format", "a.spec.surgeOld", "dyn"},
		"Quantity":       {"a schema without type is no field", "a.spec.size", "error: undefined field 'size'"},
		"QuantityMap":    {"but as the value of a map it is dyn", "a.spec.containers[0].resources.limits", "map(string, dyn)"},
		"BareList":       {"a list needs items", "a.spec.bare", "error: undefined field 'bare'"},
		"BlindList":      {"a list needs items that can be seen", "a.spec.blind", "error: undefined field 'blind'"},
		"Untyped":        {"preserving unknown fields is no type", "a.spec.untyped", "error: undefined field 'untyped'"},
		"LooseKnown":     {"known fields keep their type", "a.spec.loose.known", "int"},
		"LooseUnknown":   {"unknown fields of a loose object are dyn", "a.spec.loose.other.deeper[0]", "dyn"},
		"LooseIndex":     {"an object is no map", `a.spec.loose["known"]`, "error: found no matching overload for '_[_]' applied to '(__type_a.spec.loose, string)'"},
		"Anything":       {"additionalProperties: true makes no map", "a.spec.anything.x", "error: undefined field 'x'"},
		"Typo":           {"", "a.spec.replica", "error: undefined field 'replica'"},
		"Scalar":         {"", "a.spec.replicas.x", "error: type 'int' does not support field selection"},
		"Has":            {"has() looks at fields as selection does", "has(a.spec.replicas)", "bool"},
		"HasTypo":        {"", "has(a.spec.replica)", "error: undefined field 'replica'"},
		"Optional":       {"optional selection wraps the type", "a.spec.?replicas", "optional_type(int)"},
		"OptionalChain":  {"and everything behind it", "a.?spec.loose.known", "optional_type(int)"},
		"OptionalTypo":   {"", "a.spec.?replica", "error: undefined field 'replica'"},
		"Dash":           {"as in validation rules of CRDs", "a.spec.my__dash__key", "string"},
		"DotSlash":       {"", "a.spec.a__dot__b__slash__c", "string"},
		"Underscores":    {"", "a.spec.x__underscores__y", "string"},
		"RawUnderscores": {"only the escaped name counts", "a.spec.x__y", "error: undefined field 'x__y'"},
		"BadEscape":      {"", "a.spec.my__unknown__key", "error: undefined field 'my__unknown__key'"},
		"Keyword":        {"a keyword may follow a dot", "a.metadata.namespace", "string"},
		"KeywordEscaped": {"in either form", "a.metadata.__namespace__", "string"},
		"Embedded":       {"an embedded object has a kind and names", "a.spec.raw.kind + a.spec.raw.metadata.generateName", "string"},
		"EmbeddedOther":  {"", "a.spec.raw.metadata.labels", "error: undefined field 'labels'"},
		"EmbeddedWhole":  {"metadata that says nothing of generateName is replaced", "a.spec.whole.metadata.labels", "error: undefined field 'labels'"},
		"List":           {"a list variable has items", "many[0].spec.containers.map(c, c.name)", "list(string)"},
		"ListItem":       {"", "many[0].spec", "__type_many.@idx.spec"},
		"ListTypo":       {"", "many[0].specs", "error: undefined field 'specs'"},
		"ListField":      {"a list has no fields", "many.spec", "error: type 'list(__type_many.@idx)' does not support field selection"},
		"Conditional":    {"both sides have one type", "true ? a.spec.replicas : 1", "int"},
	}
	env := newEnv(t, newRegistry(workload(), workload()))
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, typeText(env, tc.expression)); diff != "" {
				t.Errorf("%s\ntype of %s: -want, +got:\n%s", tc.reason, tc.expression, diff)
			}
		})
	}
}

func TestDeclare(t *testing.T) {
	t.Parallel()
	r := NewRegistry(types.NewEmptyRegistry())
	if got := r.Declare("x", quantity()); got.Kind() != types.DynKind {
		t.Errorf("Declare of a schema without type: want dyn, got %s", got)
	}
	if got := r.DeclareList("y", workload()); got.String() != "list(__type_y.@idx)" {
		t.Errorf("DeclareList: got %s", got)
	}
	r.Declare("z", object(map[string]*catalog.Schema{"spec": object(map[string]*catalog.Schema{"old": scalar("string")})}))
	if _, ok := r.FindStructFieldType("__type_z.spec", "old"); !ok {
		t.Error("FindStructFieldType(__type_z.spec, old): not found")
	}
	r.Declare("z", object(map[string]*catalog.Schema{"spec": object(map[string]*catalog.Schema{"new": scalar("string")})}))
	if _, ok := r.FindStructFieldType("__type_z.spec", "old"); ok {
		t.Error("FindStructFieldType(__type_z.spec, old): found after z was declared anew")
	}
	if _, ok := r.FindStructFieldType("__type_z.spec", "new"); !ok {
		t.Error("FindStructFieldType(__type_z.spec, new): not found after z was declared anew")
	}
}

func TestFindStruct(t *testing.T) {
	t.Parallel()
	base, err := types.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	r := NewRegistry(base)
	r.Declare("a", workload())
	r.DeclareList("many", workload())
	cases := map[string]struct {
		reason, name string
		want         bool
	}{
		"Root":     {"", "__type_a", true},
		"Nested":   {"found although nobody asked for its parents", "__type_a.spec.containers.@idx.resources", true},
		"Scalar":   {"a scalar is no object", "__type_a.spec.replicas", false},
		"List":     {"a list is no object", "__type_a.spec.containers", false},
		"Map":      {"a map is no object", "__type_a.metadata.labels", false},
		"Below":    {"nothing is below a scalar", "__type_a.spec.replicas.@idx", false},
		"Item":     {"an object has no items", "__type_a.spec.@idx", false},
		"Other":    {"", "__type_b", false},
		"Bare":     {"the prefix counts", "a", false},
		"ManyItem": {"", "__type_many.@idx.spec", true},
		"Many":     {"a list variable is no object", "__type_many", false},
		"ManyRoot": {"its fields belong to the items", "__type_many.spec", false},
		"Base":     {"other types come from the base", "google.protobuf.Timestamp", true},
		"Nothing":  {"", "", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, got := r.FindStructType(tc.name); got != tc.want {
				t.Errorf("%s\nFindStructType(%q): want %v, got %v", tc.reason, tc.name, tc.want, got)
			}
		})
	}
}

func TestFieldNames(t *testing.T) {
	t.Parallel()
	r := newRegistry(workload(), workload())
	got, _ := r.FindStructFieldNames("__type_a.spec")
	want := "a__dot__b__slash__c anything containers for groups loose matrix my__dash__key paused raw replicas surge surgeOld weight whole x__underscores__y"
	if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
		t.Errorf("fields as expressions write them, without those that they cannot see: -want, +got:\n%s", diff)
	}
	if _, ok := r.FindStructFieldNames("__type_a.spec.replicas"); ok {
		t.Error("FindStructFieldNames of a scalar: want false")
	}
}

// TestConcurrentUse is for the race detector: programs ask for fields when they are
// planned, which happens in parallel once an RGD is compiled.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	r := newRegistry(workload(), workload())
	env := newEnv(t, r)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if got := typeText(env, "a.spec.containers.map(c, c.image) + b.spec.containers[0].args"); got != "list(string)" {
				t.Errorf("got %s", got)
			}
			r.Compatible(types.NewObjectType("__type_a.spec"), types.NewObjectType("__type_b.spec"))
			r.SchemaOf(types.NewObjectType("__type_a"))
		})
	}
	group.Wait()
}

func FuzzProperty(f *testing.F) {
	for _, seed := range []string{"name", "my-key", "a.b/c", "__a__", "namespace", "_-.", "a___b", "$ref", "", "x__dash__y", "__for__"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		s := object(map[string]*catalog.Schema{key: scalar("string")})
		if escaped, ok := escape(key); ok {
			if found, _ := property(s, escaped); found != key {
				t.Errorf("property(%q): want %q, got %q", escaped, key, found)
			}
		}
		if found, _ := property(s, key); found != "" {
			if escaped, _ := escape(found); escaped != key {
				t.Errorf("property(%q): found %q, which is written %q", key, found, escaped)
			}
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		typ  *types.Type
		want string
	}{
		"Scalar":    {types.StringType, "string"},
		"Object":    {types.NewObjectType("__type_a.spec.items.@idx.my__dash__map.@elem"), "a.spec.items[].my-map{}"},
		"List":      {types.NewListType(types.NewObjectType("__type_many.@idx")), "list(many[])"},
		"Map":       {types.NewMapType(types.StringType, types.DynType), "map(string, dyn)"},
		"Optional":  {types.NewOptionalType(types.IntType), "optional(int)"},
		"Timestamp": {types.TimestampType, "timestamp"},
		"Duration":  {types.DurationType, "duration"},
		"Null":      {types.NullType, "null"},
		"Foreign":   {types.NewObjectType("kro.run.Condition"), "kro.run.Condition"},
		"Nil":       {nil, "unknown"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Text(tc.typ)); diff != "" {
				t.Errorf("Text(%v): -want, +got:\n%s", tc.typ, diff)
			}
		})
	}
}
