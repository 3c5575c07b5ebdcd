package dialect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/go-cmp/cmp"
	krocel "github.com/kubernetes-sigs/kro/pkg/cel"
	"github.com/kubernetes-sigs/kro/pkg/cel/library"
	"github.com/kubernetes-sigs/kro/pkg/cel/sentinels"
	"github.com/kubernetes-sigs/kro/pkg/cel/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
)

// TestDialectOverloads: every function, operator and macro of kro, and no other.
func TestDialectOverloads(t *testing.T) {
	t.Parallel()
	theirs, err := krocel.DefaultEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	ours, err := dialect.New()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(overloads(theirs), overloads(ours)); diff != "" {
		t.Errorf("overloads and macros (-kro +ours):\n%s", diff)
	}
}

// overloads lists what an environment offers, one a line.
func overloads(env *cel.Env) []string {
	var lines []string
	for name, f := range env.Functions() {
		for _, o := range f.OverloadDecls() {
			lines = append(lines, fmt.Sprintf("%s %s member=%v %v -> %v", name, o.ID(), o.IsMemberFunction(), o.ArgTypes(), o.ResultType()))
		}
	}
	for _, m := range env.Macros() {
		lines = append(lines, "macro "+m.MacroKey())
	}
	for _, l := range env.Libraries() {
		lines = append(lines, "library "+l)
	}
	slices.Sort(lines)
	return lines
}

// variable is one entry of testdata/objects.yaml.
type variable struct {
	Schema *spec.Schema   `json:"schema"`
	Object map[string]any `json:"object"`
}

// TestDialectValues evaluates the expressions of testdata/expressions.txt with
// kro's packages and with ours: the same value, or an error on both sides.
func TestDialectValues(t *testing.T) {
	t.Parallel()
	d := newDialects(t, readVariables(t))
	for _, text := range readExpressions(t) {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			theirs, theirErr := d.kro(text)
			ours, ourErr := d.krowave(text)
			if why, ok := differences()[text]; ok {
				if (theirErr == nil) == (ourErr == nil) && cmp.Equal(theirs, ours) {
					t.Errorf("no longer differs: %s", why)
				}
				return
			}
			if (theirErr == nil) != (ourErr == nil) {
				t.Fatalf("kro: %v, error %v\nours: %v, error %v", theirs, theirErr, ours, ourErr)
			}
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Errorf("value (-kro +ours):\n%s", diff)
			}
		})
	}
}

// differences are the expressions whose difference is intended, with the row of
// docs/compat/kro.md and the reason.
func differences() map[string]string {
	return map[string]string{
		"double('NaN')": "not-a-number: kro hands NaN on, and then it cannot be written as JSON",
		"1.0 / 0.0":     "not-a-number: kro hands infinity on, and then it cannot be written as JSON",
		"random.seededString(3145729, 'a').size()":                             "limits: kro makes texts of any length",
		"cel.bind(s, widget.spec.set, [s + ['z'], s + ['z']])":                 "set-lists: kro remembers what was added to a set and then leaves it out",
		"widget.spec.dashed + [widget.spec.dashed[0]]":                         "list-map-keys: kro does not find keys with dashes and takes all items for one",
		"widget.spec.dashed == [widget.spec.dashed[1], widget.spec.dashed[0]]": "list-map-keys: kro does not find keys with dashes and takes all items for one",
	}
}

// dialects holds the same variables for both sides.
type dialects struct {
	kroEnv, ourEnv   *cel.Env
	kroVars, ourVars map[string]any
}

func newDialects(t *testing.T, variables map[string]variable) *dialects {
	t.Helper()
	d := &dialects{
		kroVars: map[string]any{dialect.RuntimeVariable: library.RuntimeSingleton},
		ourVars: map[string]any{dialect.RuntimeVariable: dialect.Runtime()},
	}
	schemas := map[string]*spec.Schema{}
	var untyped []string
	for name, v := range variables {
		if v.Schema == nil {
			untyped = append(untyped, name)
			d.kroVars[name] = v.Object
			d.ourVars[name] = value.Raw(v.Object)
			continue
		}
		schemas[name] = v.Schema
		d.kroVars[name] = unstructured.UnstructuredToVal(v.Object, &openapi.Schema{Schema: v.Schema})
		d.ourVars[name] = value.Wrap(v.Object, catalogSchema(v.Schema), value.Absent)
	}
	var err error
	if d.kroEnv, err = krocel.DefaultEnvironment(krocel.WithTypedResources(schemas), krocel.WithResourceIDs(untyped)); err != nil {
		t.Fatal(err)
	}
	base, err := dialect.New()
	if err != nil {
		t.Fatal(err)
	}
	// Kro's types on both sides: this test is about values and functions.
	options := []cel.EnvOption{cel.CustomTypeProvider(d.kroEnv.CELTypeProvider())}
	for _, v := range d.kroEnv.Variables() {
		if _, ok := variables[v.Name()]; ok {
			options = append(options, cel.Variable(v.Name(), v.Type()))
		}
	}
	if d.ourEnv, err = base.Extend(options...); err != nil {
		t.Fatal(err)
	}
	return d
}

// kro compiles and evaluates as kro does.
func (d *dialects) kro(text string) (any, error) {
	checked, issues := d.kroEnv.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := d.kroEnv.Program(checked)
	if err != nil {
		return nil, err
	}
	result, err := (&krocel.Expression{Original: text, Program: program}).Eval(d.kroVars)
	return normal(result), err
}

// krowave compiles and evaluates as we do.
func (d *dialects) krowave(text string) (any, error) {
	checked, issues := d.ourEnv.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	plain, plainErr := d.evaluate(checked)
	tracked, trackedErr := d.evaluate(checked, dialect.Limit(10_000_000)...)
	if (plainErr == nil) != (trackedErr == nil) || !cmp.Equal(plain, tracked) {
		return nil, fmt.Errorf("%v, %w; but with a limit %v, %w", plain, plainErr, tracked, trackedErr)
	}
	return plain, plainErr
}

func (d *dialects) evaluate(checked *cel.Ast, options ...cel.ProgramOption) (any, error) {
	program, err := dialect.Program(d.ourEnv, checked, options...)
	if err != nil {
		return nil, err
	}
	result, _, err := program.Eval(d.ourVars)
	if err != nil {
		return nil, err
	}
	data, err := value.ToJSON(result)
	return normal(data), err
}

// normal replaces the sentinels of both sides by one.
func normal(data any) any {
	switch d := data.(type) {
	case sentinels.Omit, value.Omitted:
		return "<omitted>"
	case map[string]any:
		for k, v := range d {
			d[k] = normal(v)
		}
	case []any:
		for i, v := range d {
			d[i] = normal(v)
		}
	}
	return data
}

func readVariables(t *testing.T) map[string]variable {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "objects.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var variables map[string]variable
	if err := yaml.Unmarshal(json, &variables); err != nil {
		t.Fatal(err)
	}
	for name, v := range variables { // once more, for whole numbers as int64
		if v.Object, err = exact(json, name); err != nil {
			t.Fatal(err)
		}
		variables[name] = v
	}
	return variables
}

func exact(json []byte, name string) (map[string]any, error) {
	var all map[string]any
	if err := utiljson.Unmarshal(json, &all); err != nil {
		return nil, err
	}
	entry, ok := all[name].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no object", name)
	}
	object, ok := entry["object"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s has no object", name)
	}
	return object, nil
}

func readExpressions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "expressions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			expressions = append(expressions, line)
		}
	}
	return expressions
}

// catalogSchema is a schema in our form.
func catalogSchema(s *spec.Schema) *catalog.Schema {
	if s == nil {
		return nil
	}
	c := &catalog.Schema{Format: s.Format, Nullable: s.Nullable, Required: s.Required}
	if len(s.Type) > 0 {
		c.Type = s.Type[0]
	}
	for name, p := range s.Properties {
		if c.Properties == nil {
			c.Properties = map[string]*catalog.Schema{}
		}
		c.Properties[name] = catalogSchema(&p)
	}
	if s.Items != nil {
		c.Items = catalogSchema(s.Items.Schema)
	}
	if s.AdditionalProperties != nil {
		c.AdditionalProperties = catalogSchema(s.AdditionalProperties.Schema)
	}
	for i := range s.OneOf {
		c.OneOf = append(c.OneOf, catalogSchema(&s.OneOf[i]))
	}
	c.PreserveUnknown, _ = s.Extensions.GetBool("x-kubernetes-preserve-unknown-fields")
	c.IntOrString, _ = s.Extensions.GetBool("x-kubernetes-int-or-string")
	c.Embedded, _ = s.Extensions.GetBool("x-kubernetes-embedded-resource")
	c.ListType, _ = s.Extensions.GetString("x-kubernetes-list-type")
	c.ListMapKeys, _ = s.Extensions.GetStringSlice("x-kubernetes-list-map-keys")
	return c
}
