package typing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
)

// shapeOf is enough of the language for these tests.
func shapeOf(text string) Shape {
	switch {
	case !strings.Contains(text, "}"):
		return Literal
	case strings.HasPrefix(text, "${") && strings.Index(text, "}") == len(text)-1:
		return Standalone
	}
	return Template
}

func describe(sites []Site) []string {
	var all []string
	for _, s := range sites {
		all = append(all, fmt.Sprintf("%s: %s %d", s.Path, s.Node.Str(), s.Shape))
	}
	return all
}

func TestWalk(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason, template string
		sites, problems  []string
	}{
		"Plain":          {"", "kind: x\nspec: {replicas: 3, paused: true, weight: 1.5}", nil, nil},
		"Standalone":     {"one expression fits everywhere", "spec: {replicas: '${a}', containers: '${b}'}", []string{"spec.replicas: ${a} 1", "spec.containers: ${b} 1"}, nil},
		"Template":       {"", "spec: {containers: [{image: 'x:${a}'}]}", []string{"spec.containers[0].image: x:${a} 2"}, nil},
		"OddKey":         {"paths keep odd keys", "metadata: {labels: {a.b/c: '${a}'}}", []string{`metadata.labels["a.b/c"]: ${a} 1`}, nil},
		"TemplateForInt": {"a template is a string", "spec: {replicas: '${a}0'}", []string{"spec.replicas: ${a}0 2"}, []string{"1:18 EXP101 spec.replicas takes an integer, but expressions within text make a string (only an expression alone, ${…} with nothing around it, can have another type)"}},
		"Open":           {"a ${ without end is told as well, but is text", "spec: {replicas: '${a'}", []string{"spec.replicas: ${a 0"}, []string{"1:18 OBJ102 spec.replicas takes an integer, not a string"}},
		"Unknown":        {"expressions below an unknown field are found all the same", "spec: {replica: {x: '${a}'}}", []string{"spec.replica.x: ${a} 1"}, []string{`1:8 OBJ101 spec has no field "replica" (did you mean "replicas"?)`}},
		"UnknownRoot":    {"few fields are listed", "foo: 1", nil, []string{`1:1 OBJ101 the object has no field "foo" (its fields are after, apiVersion, data, day, kind, metadata, spec)`}},
		"UnknownMany":    {"many are not", "spec: {qqqqqqqq: 1}", nil, []string{`1:8 OBJ101 spec has no field "qqqqqqqq"`}},
		"All": {"all problems at once", "spec: {replicas: x, paused: 1}\nfoo: 1\nbar: 1", nil, []string{
			"1:18 OBJ102 spec.replicas takes an integer, not a string",
			"1:29 OBJ102 spec.paused takes a boolean, not an integer",
			`2:1 OBJ101 the object has no field "foo" (its fields are after, apiVersion, data, day, kind, metadata, spec)`,
			`3:1 OBJ101 the object has no field "bar" (its fields are after, apiVersion, data, day, kind, metadata, spec)`,
		}},
		"Quotes":       {"", "spec: {replicas: '3'}", nil, []string{"1:18 OBJ102 spec.replicas takes an integer, not a string (write it without quotes: 3)"}},
		"QuotedBool":   {"", "spec: {paused: 'true'}", nil, []string{"1:16 OBJ102 spec.paused takes a boolean, not a string (write it without quotes: true)"}},
		"QuotedNumber": {"", "spec: {weight: '1.5'}", nil, []string{"1:16 OBJ102 spec.weight takes a number, not a string (write it without quotes: 1.5)"}},
		"NoQuotes": {"YAML reads on as a boolean", "metadata: {labels: {a: on, b: 1}}", nil, []string{
			`1:24 OBJ102 metadata.labels.a takes a string, not a boolean (put it in quotes: "on")`,
			`1:31 OBJ102 metadata.labels.b takes a string, not an integer (put it in quotes: "1")`,
		}},
		"WholeNumber":    {"80.0 is an integer", "spec: {replicas: 80.0}", nil, nil},
		"Fraction":       {"80.5 is not", "spec: {replicas: 80.5}", nil, []string{"1:18 OBJ102 spec.replicas takes an integer, not a number"}},
		"IntForNumber":   {"", "spec: {weight: 1}", nil, nil},
		"Null":           {"null fits everywhere", "spec: {replicas: null, containers: null, paused: ~}", nil, nil},
		"NullUntyped":    {"but not where the schema says nothing", "spec: {anything: {x: null}}", nil, []string{"1:22 OBJ103 the schema of the kind names no type for spec.anything.x, so nothing can be written there (give the whole of spec.anything as one ${…}, which is not looked into)"}},
		"Anything":       {"", "spec: {anything: '${a}'}", []string{"spec.anything: ${a} 1"}, nil},
		"AnythingInside": {"kro knows no schema for a value of additionalProperties: true", "spec: {anything: {x: '${a}'}}", []string{"spec.anything.x: ${a} 1"}, []string{"1:22 OBJ103 the schema of the kind names no type for spec.anything.x, so nothing can be written there (give the whole of spec.anything as one ${…}, which is not looked into)"}},
		"Loose":          {"where unknown fields are kept nothing is checked", "spec: {loose: {known: x, other: [1, '${a}']}, untyped: ['${b}']}", []string{"spec.loose.other[1]: ${a} 1", "spec.untyped[0]: ${b} 1"}, nil},
		"IntOrString":    {"", "spec: {surge: 1, surgeOld: 25%}", nil, nil},
		"IntOrStringNot": {"", "spec: {surge: true, surgeOld: 1.5}", nil, []string{
			`1:15 OBJ102 spec.surge takes a string or an integer, not a boolean (put it in quotes: "true")`,
			`1:31 OBJ102 spec.surgeOld takes an integer or a string, not a number (put it in quotes: "1.5")`,
		}},
		"Quantity":      {"text with expressions fits", "spec: {size: '${a}Mi', containers: [{resources: {limits: {cpu: 0.5}}}]}", []string{"spec.size: ${a}Mi 2"}, nil},
		"QuantityNot":   {"", "spec: {size: {}}", nil, []string{"1:14 OBJ102 spec.size takes a string or a number, not an object"}},
		"ObjectForList": {"", "spec: {containers: {image: '${a}'}}", []string{"spec.containers.image: ${a} 1"}, []string{"1:20 OBJ102 spec.containers takes an array, not an object"}},
		"ListForObject": {"", "spec: ['${a}']", []string{"spec[0]: ${a} 1"}, []string{"1:7 OBJ102 spec takes an object, not an array"}},
		"ScalarForList": {"", "spec: {containers: 1}", nil, []string{"1:20 OBJ102 spec.containers takes an array, not an integer"}},
		"BareList":      {"", "spec: {bare: ['${a}']}", []string{"spec.bare[0]: ${a} 1"}, []string{"1:14 OBJ103 the schema of the kind names no type for spec.bare[0], so nothing can be written there (give the whole of spec.bare as one ${…}, which is not looked into)"}},
		"Empty":         {"", "{}", nil, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sites, diags := Walk(parse(t, tc.template), workload(), shapeOf)
			if diff := cmp.Diff(tc.sites, describe(sites)); diff != "" {
				t.Errorf("%s\nexpressions of Walk: -want, +got:\n%s", tc.reason, diff)
			}
			var got []string
			for _, d := range diags {
				at := d.Span.Start()
				text := fmt.Sprintf("%d:%d %s %s", at.Line, at.Column, d.Code, d.Message)
				if d.Hint != "" {
					text += " (" + d.Hint + ")"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.problems, got); diff != "" {
				t.Errorf("%s\nproblems of Walk: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWalkWithoutSchema(t *testing.T) {
	t.Parallel()
	sites, diags := Walk(parse(t, "a: ['${x}', 1, {b: 'y${z}'}]\nc: text\nd: ${open\ne:"), nil, shapeOf)
	if len(diags) > 0 {
		t.Errorf("Walk without schema: want no problems, got %v", diags)
	}
	want := []string{"a[0]: ${x} 1", "a[2].b: y${z} 2", "d: ${open 0"}
	if diff := cmp.Diff(want, describe(sites)); diff != "" {
		t.Errorf("Walk without schema: -want, +got:\n%s", diff)
	}
}

// TestExpectedTypes: the first of the rules that says something decides.
func TestExpectedTypes(t *testing.T) {
	t.Parallel()
	requires := &catalog.Schema{Required: []string{"a"}}
	cases := map[string]struct {
		reason string
		schema *catalog.Schema
		want   []string
	}{
		"Type":        {"", scalar("string"), []string{"string"}},
		"Nothing":     {"", &catalog.Schema{}, nil},
		"OnlyFields":  {"fields alone make no object", &catalog.Schema{Properties: map[string]*catalog.Schema{"a": scalar("string")}}, nil},
		"OnlyAllOf":   {"allOf is not looked at", &catalog.Schema{AllOf: []*catalog.Schema{scalar("string")}}, nil},
		"IntOrString": {"", intOrString(), []string{"string", "integer"}},
		"Bare":        {"int-or-string alone is not enough", &catalog.Schema{IntOrString: true}, nil},
		"OneOf":       {"oneOf wins over anyOf and type", &catalog.Schema{Type: "boolean", OneOf: []*catalog.Schema{scalar("string"), scalar("number")}, AnyOf: []*catalog.Schema{scalar("integer")}}, []string{"string", "number"}},
		"AnyOf":       {"alternatives without types say nothing", &catalog.Schema{OneOf: []*catalog.Schema{{Pattern: "x"}}, AnyOf: []*catalog.Schema{scalar("integer"), scalar("integer")}}, []string{"integer"}},
		"Required":    {"an alternative that requires fields is one of objects", &catalog.Schema{Type: "string", OneOf: []*catalog.Schema{requires, {Not: requires}}}, []string{"object"}},
		"Pattern":     {"alternatives without types leave the type", &catalog.Schema{Type: "string", AnyOf: []*catalog.Schema{{Pattern: "x"}, {Pattern: "y"}}}, []string{"string"}},
		"Additional":  {"", &catalog.Schema{AdditionalProperties: scalar("string")}, []string{anyType}},
		"Any":         {"", &catalog.Schema{AnyAdditional: true}, []string{anyType}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := expectedTypes(tc.schema); !slices.Equal(tc.want, got) {
				t.Errorf("%s\nexpectedTypes(...): want %v, got %v", tc.reason, tc.want, got)
			}
		})
	}
}
