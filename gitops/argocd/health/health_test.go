package health

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/input"
)

var newEngine = sync.OnceValues(render.NewEngine)

// compiled compiles the RGDs of testdata/rgds.yaml.
func compiled(t *testing.T) *render.Program {
	t.Helper()
	engine, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range []string{"rgds.yaml", "crds.yaml"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	set, diags := input.Load(files, []string{"."}, input.Options{})
	program, more := engine.Compile(render.Input{RGDs: input.Nodes(set.RGDs), CRDs: input.Nodes(set.CRDs)}, render.Options{})
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	return program
}

// check is the check of a kind.
func check(t *testing.T, o Options, kind string) Check {
	t.Helper()
	for _, c := range Checks(compiled(t), o) {
		if c.Kind == kind {
			return c
		}
	}
	t.Fatalf("there is no check for %s", kind)
	return Check{}
}

// TestScripts runs the checks over live objects.
func TestScripts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason  string
		options Options
		kind    string
		object  string
		want    string // the status, then the message
	}{
		"instance without status, nobody reports": {
			"Without a controller nothing ever writes a status, and the instance comes after its resources.",
			Options{},
			"App", `{metadata: {generation: 1}}`, "Healthy: nobody reports on it; its resources have been applied before it",
		},
		"instance without status, with kro": {
			"kro has not seen the instance yet.",
			Options{Passthrough: true},
			"App", `{metadata: {generation: 1}}`, "Progressing: waiting for its status",
		},
		"instance with fields of its own only": {
			"The author's status fields say nothing about health.",
			Options{},
			"App", `{metadata: {}, status: {url: x}}`, "Healthy: nobody reports on it; its resources have been applied before it",
		},
		"active": {
			"kro reports Ready.",
			Options{},
			"App", `{metadata: {generation: 2}, status: {state: ACTIVE, conditions: [{type: Other, status: "False"}, {type: Ready, status: "True", observedGeneration: 2}]}}`, "Healthy: ready",
		},
		"active without conditions": {
			"An older status has the state alone.",
			Options{},
			"App", `{metadata: {generation: 2}, status: {state: ACTIVE}}`, "Healthy: active",
		},
		"stale": {
			"Ready is about the generation before the change.",
			Options{},
			"App", `{metadata: {generation: 3}, status: {state: ACTIVE, conditions: [{type: Ready, status: "True", observedGeneration: 2}]}}`, "Progressing: its status is about an older generation",
		},
		"stale error": {
			"An error about the generation before the change may be what the change repairs.",
			Options{},
			"App", `{metadata: {generation: 3}, status: {state: ERROR, conditions: [{type: Ready, status: "False", observedGeneration: 2, message: bad}]}}`, "Progressing: its status is about an older generation",
		},
		"in progress": {
			"Argo CD shows what kro waits for.",
			Options{Passthrough: true},
			"App", `{metadata: {generation: 1}, status: {state: IN_PROGRESS, conditions: [{type: Ready, status: Unknown, observedGeneration: 1, message: waiting for db}]}}`, "Progressing: waiting for db",
		},
		"error": {
			"kro has given up.",
			Options{},
			"App", `{metadata: {generation: 1}, status: {state: ERROR, conditions: [{type: Ready, status: "False", observedGeneration: 1, message: no such field}]}}`, "Degraded: no such field",
		},
		"failed without conditions": {
			"There is no message but the state.",
			Options{},
			"App", `{metadata: {}, status: {state: FAILED}}`, "Degraded: FAILED",
		},
		"conditions of another type": {
			"An author may have a status field with that name.",
			Options{},
			"App", `{metadata: {}, status: {state: IN_PROGRESS, conditions: none}}`, "Progressing: IN_PROGRESS",
		},
		"RGD ready":    {"", Options{Passthrough: true}, "ResourceGraphDefinition", `{metadata: {generation: 1}, status: {state: Active, conditions: [{type: Ready, status: "True", observedGeneration: 1}]}}`, "Healthy: ready"},
		"RGD refused":  {"", Options{Passthrough: true}, "ResourceGraphDefinition", `{metadata: {}, status: {conditions: [{type: Ready, status: "False", message: no}, {type: GraphAccepted, status: "False", message: bad graph}]}}`, "Degraded: bad graph"},
		"RGD starting": {"", Options{Passthrough: true}, "ResourceGraphDefinition", `{metadata: {}, status: {conditions: [{type: Ready, status: Unknown, message: starting}]}}`, "Progressing: starting"},
		"RGD new":      {"", Options{Passthrough: true}, "ResourceGraphDefinition", `{metadata: {}}`, "Progressing: waiting for its status"},
		"node healthy": {
			"Every readyWhen is true.",
			Options{},
			"Bucket", `{metadata: {generation: 1}, status: {observedGeneration: 1, arn: x, conditions: [{type: Ready, status: "True"}]}}`, "Healthy: ready",
		},
		"node waits for the first": {
			"The message has the text of the RGD.",
			Options{},
			"Bucket", `{metadata: {}, status: {arn: x, conditions: [{type: Ready, status: "False"}]}}`, `Progressing: waiting for bucket.status.conditions.exists(c, c.type == 'Ready' && c.status == "True")`,
		},
		"node waits for the second": {
			"", Options{}, "Bucket", `{metadata: {}, status: {conditions: [{type: Ready, status: "True"}]}}`, "Progressing: waiting for has(bucket.status.arn)",
		},
		"node without status": {
			"What CEL fails on is not there yet.",
			Options{},
			"Bucket", `{metadata: {}}`, `Progressing: waiting for bucket.status.conditions.exists(c, c.type == 'Ready' && c.status == "True")`,
		},
		"node stale": {
			"", Options{}, "Bucket", `{metadata: {generation: 2}, status: {observedGeneration: 1, arn: x, conditions: [{type: Ready, status: "True"}]}}`, "Progressing: its status is about an older generation",
		},
		"collection": {
			"readyWhen of a collection is about each object.",
			Options{},
			"Queue", `{metadata: {}, status: {url: x}}`, "Healthy: ready",
		},
		"what all nodes ask for": {
			"Two nodes of a kind share one condition; a check knows the kind alone.",
			Options{},
			"Topic", `{metadata: {}, status: {state: ok}}`, "Healthy: ready",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var object map[string]any
			if err := yaml.Unmarshal([]byte(c.object), &object); err != nil {
				t.Fatal(err)
			}
			status, message := assess(t, check(t, c.options, c.kind).Lua, object)
			if diff := cmp.Diff(c.want, status+": "+message); diff != "" {
				t.Errorf("%s -want +got\n%s", c.reason, diff)
			}
		})
	}
}

// TestLeft: what a check leaves out is said with its place.
func TestLeft(t *testing.T) {
	t.Parallel()
	var got []string
	for _, c := range Checks(compiled(t), Options{}) {
		for _, l := range c.Left {
			got = append(got, place(l)+" "+l.Expression+": "+l.Why)
		}
	}
	want := []string{
		`rgds.yaml:53:9 (second) second.status.ready == true: another node of the kind does not ask for it`,
		`rgds.yaml:61:9 (vault) vault.status.phase.startsWith("R"): the function startsWith has no form in Lua`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestPrint: the ConfigMap is YAML with a script for each check, the same in every run.
func TestPrint(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"expand": {}, "passthrough": {Passthrough: true}} {
		var first bytes.Buffer
		checks := Checks(compiled(t), o)
		if err := Print(&first, checks); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			var again bytes.Buffer
			if err := Print(&again, Checks(compiled(t), o)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first.String(), again.String()); diff != "" {
				t.Errorf("%s: -first +again\n%s", name, diff)
			}
		}
		var configMap struct {
			Data map[string]string `json:"data"`
		}
		if err := yaml.UnmarshalStrict(first.Bytes(), &struct {
			APIVersion string             `json:"apiVersion"`
			Kind       string             `json:"kind"`
			Metadata   map[string]string  `json:"metadata"`
			Data       *map[string]string `json:"data"`
		}{Data: &configMap.Data}); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, first.String())
		}
		want := map[string]string{}
		for _, c := range checks {
			if c.Lua != "" {
				want[c.Key()] = c.Lua
			}
		}
		if diff := cmp.Diff(want, configMap.Data); diff != "" {
			t.Errorf("%s: -checks +ConfigMap\n%s", name, diff)
		}
	}
}

// TestPrintNothing: a ConfigMap without checks is valid and changes nothing.
func TestPrintNothing(t *testing.T) {
	t.Parallel()
	for name, checks := range map[string][]Check{"none": nil, "left out": {{Group: "example.com", Kind: "Vault", From: "x\ny", Left: []Left{{Node: "vault", Expression: "a\n  && b", Why: "c"}}}}} {
		var b bytes.Buffer
		if err := Print(&b, checks); err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if err := yaml.Unmarshal(b.Bytes(), &object); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, b.String())
		}
		if diff := cmp.Diff(map[string]any{}, object["data"]); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
		for line := range strings.Lines(b.String()) {
			if line != strings.TrimRight(line, " \n")+"\n" {
				t.Errorf("%s: the line %q ends in a space", name, line)
			}
		}
	}
}
