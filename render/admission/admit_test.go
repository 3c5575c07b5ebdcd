package admission_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// parse reads one document.
func parse(t testing.TB, text string) *source.Node {
	t.Helper()
	docs, problems := source.Parse(source.NewFile("app.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 || len(docs) != 1 {
		t.Fatalf("%d documents, problems: %v", len(docs), problems)
	}
	return docs[0].Root
}

func fields(t testing.TB, n *source.Node) map[string]any {
	t.Helper()
	obj, ok := n.JSON().(map[string]any)
	if !ok {
		t.Fatal("not an object")
	}
	return obj
}

// specCRD is a CRD whose spec has the given schema in YAML.
func specCRD(t testing.TB, text string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	var spec apiextensionsv1.JSONSchemaProps
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		t.Fatal(err)
	}
	props := rooted(spec)
	props.Properties["status"] = apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: ptr(true)}
	return crdOf(props)
}

func newValidator(t testing.TB, crd *apiextensionsv1.CustomResourceDefinition) *admission.Validator {
	t.Helper()
	v, err := admission.NewValidator(crd, "v1")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func printed(t testing.TB, list diag.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Print(&b, list, diag.Style{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\n"

// webSchema has most of what SimpleSchema can say.
const webSchema = `
type: object
required: [image]
properties:
  image: {type: string}
  size: {type: string, enum: [small, medium, large], default: small}
  replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
  ratio: {type: number, minimum: 0.5}
  slug: {type: string, pattern: '^[a-z]+$', minLength: 2, maxLength: 5}
  tags: {type: array, maxItems: 3, x-kubernetes-list-type: set, items: {type: string}}
  ports:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [port, protocol]
    items:
      type: object
      required: [port]
      properties: {port: {type: integer}, protocol: {type: string, default: TCP}}
  labels: {type: object, additionalProperties: {type: string}}
  values: {type: object, x-kubernetes-preserve-unknown-fields: true}
  cache:
    type: object
    default: {}
    properties:
      enabled: {type: boolean, default: true}
      name: {type: string, default: main}
`

func TestAdmitObject(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		schema string
		obj    string
		opts   admission.Options
		want   string
	}{
		"Defaults": {
			reason: "Defaults are filled in from the outside to the inside, as a default: {} chain needs.",
			schema: webSchema,
			obj:    head + "spec: {image: nginx}",
			want: `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},
				"spec":{"image":"nginx","size":"small","replicas":1,"cache":{"enabled":true,"name":"main"}}}`,
		},
		"DefaultsOfTheRoot": {
			reason: "A spec with a default may be left out as a whole.",
			schema: `{type: object, default: {}, properties: {size: {type: string, default: small}}}`,
			obj:    head,
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{"size":"small"}}`,
		},
		"NoSpec": {
			reason: "Required fields below an absent spec are not missed.",
			schema: webSchema,
			obj:    head,
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"}}`,
		},
		"Null": {
			reason: "A null takes the default, and goes where there is none, unless the field is nullable.",
			schema: `{type: object, properties: {a: {type: string, default: x}, b: {type: string}, c: {type: string, nullable: true}, d: {type: string, nullable: true, default: y}}}`,
			obj:    head + "spec: {a: null, b: null, c: null, d: null}",
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{"a":"x","c":null,"d":null}}`,
		},
		"Pruned": {
			reason: "Unknown fields go at every depth, but not below x-kubernetes-preserve-unknown-fields.",
			schema: webSchema,
			obj:    head + "spec: {image: i, imgae: i, ports: [{port: 1, prot: x}], values: {free: {as: [a, {bird: 1}]}}, labels: {any: key}}\nextra: 1",
			want: `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{"image":"i","size":"small","replicas":1,
				"cache":{"enabled":true,"name":"main"},"ports":[{"port":1,"protocol":"TCP"}],"values":{"free":{"as":["a",{"bird":1}]}},"labels":{"any":"key"}}}`,
		},
		"Status": {
			reason: "With the status subresource the API server drops status from what is applied.",
			schema: `{type: object}`,
			obj:    head + "spec: {}\nstatus: {state: ACTIVE}",
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{}}`,
		},
		"Metadata": {
			reason: "Empty metadata fields are not stored, and what belongs to the server is not known yet.",
			schema: `{type: object}`,
			obj: "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one, labels: {}, annotations: {a: b, m: null}, creationTimestamp: null, uid: x, " +
				"generation: 2, resourceVersion: '1', finalizers: [example.com/f], ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true}]}",
			want: `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one","annotations":{"a":"b","m":""},"finalizers":["example.com/f"],
				"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true}]}}`,
		},
		"Namespace": {
			reason: "An object without a namespace gets the one it is delivered to.",
			schema: `{type: object}`,
			obj:    head,
			opts:   admission.Options{Namespace: "team"},
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one","namespace":"team"}}`,
		},
		"NamespaceKept": {
			reason: "A namespace that is written stays.",
			schema: `{type: object}`,
			obj:    "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one, namespace: mine}",
			opts:   admission.Options{Namespace: "team"},
			want:   `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one","namespace":"mine"}}`,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := parse(t, tc.obj)
			got, diags := newValidator(t, specCRD(t, tc.schema)).Admit(fields(t, at), at, tc.opts)
			if diags.HasErrors() {
				t.Errorf("\n%s\nerrors:\n%s", tc.reason, printed(t, diags))
			}
			var want any
			if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var plain any
			if err := json.Unmarshal(raw, &plain); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, plain); diff != "" {
				t.Errorf("\n%s\nAdmit(...): -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

func TestAdmitDiagnostics(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		schema string
		obj    string
		old    string
		want   string
	}{
		"Types": {
			reason: "A wrong type is shown at the value, or at the key of a map.",
			schema: webSchema,
			obj:    head + "spec:\n  image: 1.5\n  replicas: three\n  cache: [a]\n  tags: {a: b}\n",
			want: `
app.yaml:5:10: error[INS001]: spec.image must be a string, not the number 1.5
      image: 1.5
             ^^^
  hint: write it in quotes
app.yaml:6:13: error[INS001]: spec.replicas must be an integer, not the string "three"
      replicas: three
                ^^^^^
app.yaml:7:3: error[INS001]: spec.cache must be an object, not an array
      cache: [a]
      ^^^^^
app.yaml:8:3: error[INS001]: spec.tags must be an array, not an object
      tags: {a: b}
      ^^^^
`,
		},
		"Required": {
			reason: "A missing field is shown where its object begins.",
			schema: webSchema,
			obj:    head + "spec:\n  size: small\n  ports:\n  - protocol: UDP\n",
			want: `
app.yaml:4:1: error[INS002]: spec.image is required
    spec:
    ^^^^
app.yaml:7:5: error[INS002]: spec.ports[0].port is required
      - protocol: UDP
        ^^^^^^^^^^^^^
`,
		},
		"Unknown": {
			reason: "An unknown field is a warning with what was probably meant.",
			schema: webSchema,
			obj:    head + "spec:\n  image: i\n  replica: 1\n  zzz: {a: 1}\nSpec: {}\n",
			want: `
app.yaml:6:3: warning[INS003]: spec.replica is not a field that the schema knows; the API server drops it
      replica: 1
      ^^^^^^^
  hint: did you mean "replicas"?
app.yaml:7:3: warning[INS003]: spec.zzz is not a field that the schema knows; the API server drops it
      zzz: {a: 1}
      ^^^
app.yaml:8:1: warning[INS003]: Spec is not a field that the schema knows; the API server drops it
    Spec: {}
    ^^^^
  hint: did you mean "spec"?
`,
		},
		"Values": {
			reason: "Enum, range, pattern and length say what is allowed and what is there.",
			schema: webSchema,
			obj:    head + "spec:\n  image: i\n  size: smal\n  replicas: 11\n  ratio: 0.25\n  slug: Abcdef\n  tags: [a, b, c, a]\n",
			want: `
app.yaml:6:9: error[INS004]: spec.size must be "small", "medium" or "large", not "smal"
      size: smal
            ^^^^
  hint: did you mean "small"?
app.yaml:7:13: error[INS006]: spec.replicas must be at most 10, but is 11
      replicas: 11
                ^^
app.yaml:8:10: error[INS006]: spec.ratio must be at least 0.5, but is 0.25
      ratio: 0.25
             ^^^^
app.yaml:9:9: error[INS005]: spec.slug must match the pattern ^[a-z]+$, but is "Abcdef"
      slug: Abcdef
            ^^^^^^
app.yaml:9:9: error[INS007]: spec.slug must have at most 5 characters, but has 6
      slug: Abcdef
            ^^^^^^
app.yaml:10:3: error[INS007]: spec.tags must have at most 3 items, but has 4
      tags: [a, b, c, a]
      ^^^^
app.yaml:10:19: error[INS008]: spec.tags[3] repeats spec.tags[0]: "a"
      tags: [a, b, c, a]
                      ^
  app.yaml:10:10: the first one is here
`,
		},
		"DefaultedKey": {
			reason: "The keys of a list are compared after defaulting.",
			schema: webSchema,
			obj:    head + "spec:\n  image: i\n  ports:\n  - {port: 80}\n  - {port: 80, protocol: TCP}\n  - {port: 80, protocol: UDP}\n",
			want: `
app.yaml:8:5: error[INS008]: spec.ports[1] repeats spec.ports[0]: port 80, protocol "TCP"
      - {port: 80, protocol: TCP}
        ^^^^^^^^^^^^^^^^^^^^^^^^^
  app.yaml:7:5: the first one is here
`,
		},
		"InvalidDefault": {
			reason: "What is wrong with a default is shown at what is written around it.",
			schema: `{type: object, properties: {a: {type: object, default: {}, properties: {b: {type: string, default: x, minLength: 2}}}}}`,
			obj:    head + "spec: {}\n",
			want: `
app.yaml:4:1: error[INS007]: spec.a.b must have at least 2 characters, but has 1
    spec: {}
    ^^^^
`,
		},
		"UnitlessBound": {
			reason: "A bound that is no integer makes the API server refuse every integer.",
			schema: `{type: object, properties: {a: {type: integer, minimum: 0.5}}}`,
			obj:    head + "spec: {a: 3}\n",
			want: `
app.yaml:4:11: error[INS006]: spec.a cannot have any value: the minimum of its schema is not of the field's own type
    spec: {a: 3}
              ^
`,
		},
		"Rules": {
			reason: "A rule that is false shows its message at its field, and itself as the hint.",
			schema: `
type: object
x-kubernetes-validations:
- {rule: 'self.min <= self.max', message: min must not be more than max, fieldPath: .min}
- {rule: 'self.min != 5'}
- {rule: 'self.max < 5', messageExpression: '"not " + string(self.max)'}
properties:
  min: {type: integer}
  max: {type: integer}
  names: {type: object, additionalProperties: {type: string, x-kubernetes-validations: [{rule: 'self.startsWith("a")', message: validation failed}]}}
`,
			obj: head + "spec:\n  min: 5\n  max: 3\n  names:\n    x.y: b\n    z: ab\n",
			want: `
app.yaml:4:1: error[INS010]: spec breaks the rule self.min != 5
    spec:
    ^^^^
app.yaml:5:8: error[INS010]: spec.min is refused: min must not be more than max
      min: 5
           ^
  hint: rule: self.min <= self.max
app.yaml:8:10: error[INS010]: spec.names["x.y"] is refused: validation failed
        x.y: b
             ^
  hint: rule: self.startsWith("a")
`,
		},
		"RulesNotEvaluated": {
			reason: "As in the API server, rules do not see an object of the wrong shape.",
			schema: `{type: object, required: [b], properties: {a: {type: integer, x-kubernetes-validations: [{rule: 'self > 3'}]}, b: {type: string}}}`,
			obj:    head + "spec: {a: 1}\n",
			want: `
app.yaml:4:1: error[INS002]: spec.b is required
    spec: {a: 1}
    ^^^^
`,
		},
		"RuleFails": {
			reason: "A rule that cannot be evaluated or compiled refuses the object.",
			schema: `
type: object
properties:
  a: {type: object, properties: {b: {type: string}}, x-kubernetes-validations: [{rule: 'self.b == "x"'}]}
  c: {type: string, x-kubernetes-validations: [{rule: 'self > 3', message: too small}]}
`,
			obj: head + "spec:\n  a: {}\n  c: x\n",
			want: `
app.yaml:5:3: error[INS011]: spec.a cannot be validated: no such key: b
      a: {}
      ^
  hint: rule: self.b == "x"
app.yaml:6:6: error[INS011]: spec.c cannot be validated: compilation failed: ERROR: <input>:1:6: found no matching overload for '_>_' applied to '(string, int)' | self > 3 | .....^
      c: x
         ^
  hint: rule: self > 3
`,
		},
		"RuleCost": {
			reason: "A rule that costs too much ends the validation.",
			schema: `{type: object, properties: {a: {type: array, items: {type: integer}, x-kubernetes-validations: [{rule: 'self.all(x, self.all(y, self.all(z, x + y + z > 0)))'}]}}}`,
			obj:    head + "spec:\n  a:\n    [" + strings.Repeat("1, ", 99) + "1]\n",
			want: `
app.yaml:5:3: error[INS012]: spec.a costs more to validate than the API server allows
      a:
      ^
  hint: rule: self.all(x, self.all(y, self.all(z, x + y + z > 0)))
`,
		},
		"TransitionWithoutOld": {
			reason: "Transition rules need something to compare with.",
			schema: `{type: object, properties: {a: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: field is immutable}]}}}`,
			obj:    head + "spec: {a: new}\n",
			want:   "\n",
		},
		"Transition": {
			reason: "With the object of an earlier revision immutable fields are held to.",
			schema: `
type: object
properties:
  a: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: field is immutable}]}
  list:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k]
    items: {type: object, required: [k], properties: {k: {type: string}, v: {type: integer, x-kubernetes-validations: [{rule: self >= oldSelf}]}}}
`,
			obj: head + "spec:\n  a: new\n  list:\n  - {k: w, v: 1}\n  - {k: x, v: 3}\n  - {k: new, v: 0}\n",
			old: head + "spec: {a: old, list: [{k: x, v: 3}, {k: w, v: 2}]}",
			want: `
app.yaml:5:6: error[INS010]: spec.a is refused: field is immutable
      a: new
         ^^^
  hint: rule: self == oldSelf
app.yaml:7:15: error[INS010]: spec.list[0].v breaks the rule self >= oldSelf
      - {k: w, v: 1}
                  ^
`,
		},
		"Kind": {
			reason: "An object of another kind is refused.",
			schema: `{type: object}`,
			obj:    "apiVersion: example.com/v2\nkind: Thin\nmetadata: {name: one}\n",
			want: `
app.yaml:1:13: error[INS013]: apiVersion must be example.com/v1, not "example.com/v2"
    apiVersion: example.com/v2
                ^^^^^^^^^^^^^^
app.yaml:2:7: error[INS013]: kind must be Thing, not "Thin"
    kind: Thin
          ^^^^
`,
		},
		"Metadata": {
			reason: "Metadata is held to the rules of a custom resource.",
			schema: `{type: object}`,
			obj: "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: One\n  namespace: a.b\n  lables: {}\n  uid: x\n" +
				"  labels:\n    ok: \"true\"\n    on: true\n    a b: v\n    v: no value\n  annotations:\n    UPPER.example/x: fine\n    a/b/c: v\n" +
				"  finalizers: [example.com/ok, not ok]\n  ownerReferences:\n  - {apiVersion: v1, kind: Pod, name: p, ui: u}\n",
			want: `
app.yaml:4:9: error[INS014]: metadata.name must be a DNS name of small letters, digits, '-' and '.', at most 253 long, but is "One"
      name: One
            ^^^
app.yaml:5:14: error[INS015]: metadata.namespace must be a DNS label of small letters, digits and '-', at most 63 long, but is "a.b"
      namespace: a.b
                 ^^^
app.yaml:6:3: warning[INS003]: metadata.lables is not a field of metadata; the API server drops it
      lables: {}
      ^^^^^^
  hint: did you mean "labels"?
app.yaml:7:3: warning[INS018]: metadata.uid belongs to the API server and is left out
      uid: x
      ^^^
app.yaml:10:9: error[INS001]: metadata.labels.true must be a string, not the boolean true
        on: true
            ^^^^
  hint: write it in quotes
app.yaml:11:5: error[INS016]: metadata.labels["a b"] is not a valid label key
        a b: v
        ^^^
  hint: a key is [prefix/]name: a DNS name and at most 63 letters, digits, '-', '_' and '.'
app.yaml:12:8: error[INS016]: metadata.labels.v must be a label value, but is "no value"
        v: no value
           ^^^^^^^^
  hint: a value is empty, or at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends
app.yaml:15:5: error[INS016]: metadata.annotations["a/b/c"] is not a valid annotation key
        a/b/c: v
        ^^^^^
  hint: a key is [prefix/]name: a DNS name and at most 63 letters, digits, '-', '_' and '.'
app.yaml:16:32: error[INS017]: metadata.finalizers[1] must be a qualified name such as example.com/cleanup, but is "not ok"
      finalizers: [example.com/ok, not ok]
                                   ^^^^^^
app.yaml:18:5: error[INS017]: metadata.ownerReferences[0].uid is required
      - {apiVersion: v1, kind: Pod, name: p, ui: u}
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
app.yaml:18:42: warning[INS003]: metadata.ownerReferences[0].ui is not a field of metadata; the API server drops it
      - {apiVersion: v1, kind: Pod, name: p, ui: u}
                                             ^^
  hint: did you mean "uid"?
`,
		},
		"NoName": {
			reason: "A name is required; one that the server makes up is a new object at each delivery.",
			schema: `{type: object}`,
			obj:    "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  generateName: x-\n",
			want: `
app.yaml:4:3: error[INS014]: metadata.generateName cannot be used: the API server would make up a new name each time the object is delivered
      generateName: x-
      ^^^^^^^^^^^^
  hint: give it a metadata.name
`,
		},
		"NoMetadata": {
			reason: "Without metadata the first line of the object is shown.",
			schema: `{type: object}`,
			obj:    "apiVersion: example.com/v1\nkind: Thing\n",
			want: `
app.yaml:1:1: error[INS002]: metadata.name is required
    apiVersion: example.com/v1
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
`,
		},
		"Embedded": {
			reason: "An embedded object needs a type, and its metadata is held to the general rules.",
			schema: `{type: object, properties: {o: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}`,
			obj:    head + "spec:\n  o:\n    kind: Pod\n    metadata: {name: a/b, typo: 1}\n",
			want: `
app.yaml:5:3: error[INS002]: spec.o.apiVersion is required
      o:
      ^
app.yaml:5:3: warning[INS003]: spec.o has the unknown field metadata.typo; the API server drops it
      o:
      ^
app.yaml:7:22: error[INS017]: spec.o.metadata.name is not valid in an object: may not contain '/'
        metadata: {name: a/b, typo: 1}
                         ^^^
`,
		},
		"Alternatives": {
			reason: "Alternatives are refused as a whole.",
			schema: `{type: object, properties: {a: {type: object, properties: {x: {type: string}, z: {type: string}}, oneOf: [{required: [x]}, {required: [z]}]}}}`,
			obj:    head + "spec:\n  a: {x: 1, z: 2}\n",
			want: `
app.yaml:5:3: error[INS009]: spec.a must match exactly one of the alternatives of its schema (oneOf), but matches 2
      a: {x: 1, z: 2}
      ^
app.yaml:5:10: error[INS001]: spec.a.x must be a string, not the integer 1
      a: {x: 1, z: 2}
             ^
  hint: write it in quotes
app.yaml:5:16: error[INS001]: spec.a.z must be a string, not the integer 2
      a: {x: 1, z: 2}
                   ^
  hint: write it in quotes
`,
		},
		"Closed": {
			reason: "additionalProperties: false keeps a field and refuses it.",
			schema: `{type: object, properties: {a: {type: object, additionalProperties: false}}}`,
			obj:    head + "spec:\n  a: {x: 1}\n",
			want: `
app.yaml:5:7: error[INS003]: spec.a.x is not a field that the schema knows
      a: {x: 1}
          ^
`,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := parse(t, tc.obj)
			var opts admission.Options
			if tc.old != "" {
				opts.Old = fields(t, parse(t, tc.old))
			}
			_, diags := newValidator(t, specCRD(t, tc.schema)).Admit(fields(t, at), at, opts)
			if diff := cmp.Diff(strings.TrimPrefix(tc.want, "\n"), printed(t, diags)); diff != "" {
				t.Errorf("\n%s\nAdmit(...): -want +got\n%s", tc.reason, diff)
			}
		})
	}
}
