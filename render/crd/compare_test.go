package crd

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// lines are the descriptions of changes.
func lines(changes []Change) []string {
	var ls []string
	for _, c := range changes {
		ls = append(ls, c.String())
	}
	return ls
}

// made is the CRD of a spec.schema.
func made(t *testing.T, text string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	in, _, _ := synthesize(t, []byte("apiVersion: v1\nkind: App\n"+text))
	return Synthesize(in)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason                     string
		old, updated               string
		breaking, harmless, unseen []string
		names                      bool
	}{
		"Same": {
			reason: "nothing changed", old: "spec: {a: string}", updated: "spec: {a: string}",
		},
		"FieldRemoved": {
			reason: "instances may set it", old: "spec: {a: string, b: string}", updated: "spec: {a: string}",
			breaking: []string{"the field spec.b is removed"},
		},
		"FieldAdded": {
			reason: "instances need not set it", old: "spec: {a: string}", updated: "spec: {a: string, b: integer}",
			harmless: []string{"the field spec.b is new"},
		},
		"FieldAddedRequired": {
			reason: "instances do not set it yet", old: "spec: {a: string}", updated: "spec: {a: string, b: integer | required=true}",
			breaking: []string{"the required field spec.b is new"},
		},
		"FieldAddedRequiredDefault": {
			reason: "the default sets it", old: "spec: {a: string}", updated: "spec: {a: string, b: integer | required=true default=1}",
			harmless: []string{"the field spec.b is new"},
		},
		"Type": {
			reason: "behind a change of type nothing else counts", old: "spec: {a: string | pattern=x default=x}", updated: "spec: {a: integer | default=1}",
			breaking: []string{"type of spec.a is changed from string to integer"}, harmless: []string{`default of spec.a is changed from "x" to 1`},
		},
		"Required": {
			reason: "a field becomes required, another optional", old: "spec: {a: string, b: string | required=true}", updated: "spec: {a: string | required=true, b: string}",
			breaking: []string{"spec.a is required now"}, harmless: []string{"spec.b is no longer required"},
		},
		"RequiredDefault": {
			reason: "a required field without its default must be set", old: "spec: {a: string | required=true default=x}", updated: "spec: {a: string | required=true}",
			breaking: []string{"the required field spec.a has lost its default"}, harmless: []string{`default of spec.a is changed: "x"`},
		},
		"Limits": {
			reason: "tighter breaks, wider does not", old: "spec: {a: integer | minimum=1 maximum=5, b: string | minLength=1 maxLength=5, c: '[]string | minItems=2'}",
			updated:  "spec: {a: integer | minimum=2 maximum=6, b: string | maxLength=4, c: '[]string | minItems=1 maxItems=9'}",
			breaking: []string{"minimum of spec.a is raised from 1 to 2", "maxLength of spec.b is lowered from 5 to 4", "maxItems of spec.c is added: 9"},
			harmless: []string{"maximum of spec.a is raised from 5 to 6", "minLength of spec.b is removed: 1", "minItems of spec.c is lowered from 2 to 1"},
		},
		"Pattern": {
			reason: "a pattern that is new or another breaks", old: "spec: {a: string | pattern=a, b: string, c: string | pattern=c}", updated: "spec: {a: string | pattern=b, b: string | pattern=b, c: string}",
			breaking: []string{"pattern of spec.a is changed from a to b", "pattern of spec.b is added: b"}, harmless: []string{"pattern of spec.c is removed: c"},
		},
		"Enum": {
			reason: "a value less breaks, a value more does not", old: `spec: {a: "string | enum=x,y"}`, updated: `spec: {a: "string | enum=y,z"}`,
			breaking: []string{`enum of spec.a is removed: "x"`}, harmless: []string{`enum of spec.a is added: "z"`},
		},
		"EnumNew": {
			reason: "kro does not see that an enum begins", old: "spec: {a: string}", updated: `spec: {a: "string | enum=y,z"}`,
			unseen: []string{`enum of spec.a is changed: ["y","z"]`},
		},
		"Items": {
			reason: "elements are compared", old: "{spec: {a: '[]P'}, types: {P: {x: string}}}", updated: "{spec: {a: '[]P'}, types: {P: {x: integer}}}",
			breaking: []string{"type of spec.a[].x is changed from string to integer"},
		},
		"Unseen": {
			reason: "what kro does not compare", old: "{spec: {a: string | validation=true, b: 'map[string]string', c: '[]string', d: object}, metadata: {labels: {x: y}}}",
			updated: "{spec: {a: string | immutable=true, b: 'map[string]integer', c: '[]string | listType=set', d: {}}, metadata: {annotations: {x: y}}}",
			unseen: []string{
				`x-kubernetes-validations of spec.a is changed from [{"rule":"true","message":"validation failed"}] to [{"rule":"self == oldSelf","message":"field is immutable"}]`,
				`additionalProperties of spec.b is changed from {"type":"string"} to {"type":"integer"}`,
				`x-kubernetes-list-type of spec.c is changed: "set"`,
				"x-kubernetes-preserve-unknown-fields of spec.d is changed: true",
				"annotations of the CRD are changed", "labels of the CRD are changed",
			},
		},
		"Columns": {
			reason: "columns are compared as a whole", old: "spec: {}", updated: "{spec: {}, additionalPrinterColumns: [{name: A, type: string, jsonPath: .a}]}",
			harmless: []string{"additionalPrinterColumns of the CRD are changed"},
		},
		"Names": {
			reason: "short names make kro update the CRD", old: "spec: {}", updated: "{spec: {}, shortNames: [a]}", names: true,
		},
		"Description": {
			reason: "descriptions harm nobody", old: "spec: {a: string | description=x}", updated: "spec: {a: string}",
			harmless: []string{"description of spec.a is changed: x"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Compare(made(t, block(tc.old)), made(t, block(tc.updated)))
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			for list, pair := range map[string][2][]string{
				"breaking": {tc.breaking, lines(got.Breaking)}, "harmless": {tc.harmless, lines(got.Harmless)}, "unseen": {tc.unseen, lines(got.Unseen)},
			} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Errorf("%s: %s changes (-want +got):\n%s", tc.reason, list, diff)
				}
			}
			if got.Names != tc.names {
				t.Errorf("%s: names changed: %t, want %t", tc.reason, got.Names, tc.names)
			}
			if want := len(tc.breaking)+len(tc.harmless) > 0 || tc.names; got.Updates() != want {
				t.Errorf("%s: kro updates: %t, want %t", tc.reason, got.Updates(), want)
			}
		})
	}
}

// block writes a flow map of several keys as lines.
func block(text string) string {
	if text[0] != '{' {
		return text
	}
	depth := 0
	out := []byte{}
	for _, c := range []byte(text[1 : len(text)-1]) {
		switch {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 0:
			out = append(out, '\n')
			continue
		case c == ' ' && len(out) > 0 && out[len(out)-1] == '\n':
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	base := made(t, "spec: {a: string}")
	change := func(f func(*apiextensionsv1.CustomResourceDefinition)) *apiextensionsv1.CustomResourceDefinition {
		c := base.DeepCopy()
		f(c)
		return c
	}
	cases := map[string]struct {
		reason  string
		updated *apiextensionsv1.CustomResourceDefinition
		want    string
		fails   bool
	}{
		"Renamed": {
			reason:  "another version is another API",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) { c.Spec.Versions[0].Name = "v2" }),
			want:    "the version is called v2 instead of v1",
		},
		"NotServed": {
			reason:  "clients need the version",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) { c.Spec.Versions[0].Served = false }),
			want:    "the version is no longer served",
		},
		"NoStatus": {
			reason:  "the status is written through its subresource",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) { c.Spec.Versions[0].Subresources = nil }),
			want:    "the status subresource is removed",
		},
		"Many": {
			reason: "a summary names three",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) {
				c.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties = nil
			}),
			want: "the field apiVersion is removed; the field kind is removed; the field metadata is removed; and 2 more changes",
		},
		"NoSchema": {
			reason:  "there is nothing to compare",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) { c.Spec.Versions[0].Schema = nil }),
			fails:   true,
		},
		"TwoVersions": {
			reason: "kro makes one version",
			updated: change(func(c *apiextensionsv1.CustomResourceDefinition) {
				c.Spec.Versions = append(c.Spec.Versions, c.Spec.Versions[0])
			}),
			fails: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Compare(base, tc.updated)
			if (err != nil) != tc.fails {
				t.Fatalf("%s: error %v, want one: %t", tc.reason, err, tc.fails)
			}
			if err == nil && got.Summary() != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got.Summary(), tc.want)
			}
		})
	}
}
