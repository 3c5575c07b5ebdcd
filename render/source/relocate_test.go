package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/source"
)

func TestRelocate(t *testing.T) {
	t.Parallel()
	const origin = `# written by a person
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  args: [a, b]
  containers:
  - name: app
    image: "shop:1"
    command: ["run ${x}"]
  - name: proxy
    image: envoy:1
  resources:
  - id: one
    template: {x: 1}
`
	const built = `kind: Deployment
metadata:
  labels:
    team: x
  name: pre-shop
spec:
  replicas: "3"
  args: [c, b]
  containers:
  - command:
    - run ${x}
    image: shop:2
    name: app
  - image: extra:1
    name: extra
  - image: envoy:1
    name: proxy
  resources:
  - id: zero
  - id: one
    template:
      x: 1
`
	moved := source.Relocate(root(t, built), root(t, origin))
	if diff := cmp.Diff(root(t, built).JSON(), moved.JSON()); diff != "" {
		t.Errorf("the values changed: -built +moved\n%s", diff)
	}
	cases := map[string]struct {
		reason string
		path   []any
		want   string
	}{
		"Root":      {"the document", nil, `2:1-2:17 "kind: Deployment"`},
		"Same":      {"an unchanged value", []any{"kind"}, `2:7-2:17 "Deployment"`},
		"Changed":   {"a changed value has the place of the one that it replaced", []any{"metadata", "name"}, `4:9-4:13 "shop"`},
		"Added":     {"an added value has the place of the map that it was added to", []any{"metadata", "labels", "team"}, `4:3-4:13 "name: shop"`},
		"Kind":      {"a value of another kind", []any{"spec", "replicas"}, `6:13-6:14 "3"`},
		"Index":     {"lists without names go by index", []any{"spec", "args", 0}, `7:10-7:11 "a"`},
		"IndexSame": {"lists without names go by index", []any{"spec", "args", 1}, `7:13-7:14 "b"`},
		"ByName":    {"a list item is known by its name", []any{"spec", "containers", 2, "image"}, `13:12-13:19 "envoy:1"`},
		"Inside":    {"inside a named item", []any{"spec", "containers", 0, "command", 0}, `11:15-11:25 "\"run ${x}\""`},
		"NewItem":   {"an added item has the place of the list", []any{"spec", "containers", 1, "image"}, `9:3-9:14 "- name: app"`},
		"ByID":      {"the resources of an RGD have ids", []any{"spec", "resources", 1, "template", "x"}, `16:19-16:20 "1"`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, ok := moved.At(tc.path...)
			if !ok {
				t.Fatalf("%v is missing", tc.path)
			}
			if diff := cmp.Diff(tc.want, place(n.Span())); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
	command, _ := moved.At("spec", "containers", 0, "command", 0)
	if got := place(command.SpanOf(4, 8)); got != `11:20-11:24 "${x}"` {
		t.Errorf("a part of an unchanged string is at %s", got)
	}
	image, _ := moved.At("spec", "containers", 0, "image")
	if got := place(image.SpanOf(0, 2)); got != `10:12-10:20 "\"shop:1\""` {
		t.Errorf("a part of a changed string is at %s, want the whole replaced text", got)
	}
	key, _ := moved.Get("metadata").Field("labels")
	if got := place(key.KeyAt.Span()); got != `4:3-4:13 "name: shop"` {
		t.Errorf("an added key is at %s", got)
	}
}

func TestRelocateSame(t *testing.T) {
	t.Parallel()
	origin := root(t, "b: [1, {c: 2.5}]\na: x\n")
	if source.Relocate(root(t, "a: x\nb:\n- 1\n- c: 2.5\n"), origin) != origin {
		t.Error("an unchanged tree is not shared")
	}
}

func TestRelocateAt(t *testing.T) {
	t.Parallel()
	at := root(t, "x: 1\nk: here\n").Get("k")
	moved := source.RelocateAt(root(t, "a: {b: [c]}\n"), at)
	n, _ := moved.At("a", "b", 0)
	if got := place(n.Span()); got != `2:4-2:8 "here"` || n.Str() != "c" {
		t.Errorf("%q at %s", n.Str(), got)
	}
	// A tree that was moved can be moved from again.
	again := source.Relocate(root(t, "a: {b: [d]}\n"), moved)
	n, _ = again.At("a", "b", 0)
	if got := place(n.Span()); got != `2:4-2:8 "here"` || n.Str() != "d" {
		t.Errorf("%q at %s", n.Str(), got)
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	n := root(t, "a: 1\nb: 2\nc: 3\n")
	if diff := cmp.Diff(any(map[string]any{"b": int64(2)}), n.Without("a", "c", "d").JSON()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(n.Fields()) != 3 {
		t.Error("the original changed")
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	n := root(t, "a: 1\nb: {}\n")
	key, _ := n.Field("a")
	more := n.Get("b").With(source.Field{Key: "c", KeyAt: key.KeyAt, Value: key.KeyAt.WithText("x")})
	if diff := cmp.Diff(any(map[string]any{"c": "x"}), more.JSON()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := place(more.Get("c").Span()); got != `1:1-1:2 "a"` {
		t.Errorf("the new text is at %s", got)
	}
}
