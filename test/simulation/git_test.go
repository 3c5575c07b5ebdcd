package simulation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/krowave/krowave/gitops/flux/decision"
)

// marker stands in every Secret of Git. It may reach artifacts, as Git said, and nothing else.
const marker = "MARKER-OF-A-SECRET"

const crdID = "_shops.example.com_apiextensions.k8s.io_CustomResourceDefinition"

// node is a node of an instance.
type node struct {
	name    string
	version int
	gates   bool
	secret  bool
	needs   []string
	// reads is the node whose value at run time the template has; it is among the needs.
	reads string
}

// commit is what Git has.
type commit struct {
	revision  int
	instances map[string][]node // in an order in which needs come first
	extra     []string          // objects without an instance
}

func (c commit) names() []string {
	var names []string
	for name := range c.instances {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (c commit) clone() commit {
	next := commit{revision: c.revision + 1, instances: map[string][]node{}, extra: slices.Clone(c.extra)}
	for name, nodes := range c.instances {
		for _, n := range nodes {
			n.needs = slices.Clone(n.needs)
			next.instances[name] = append(next.instances[name], n)
		}
	}
	return next
}

func nodeID(instance string, n node) string {
	if n.secret {
		return fmt.Sprintf("default_%s-%s__Secret", instance, n.name)
	}
	return fmt.Sprintf("default_%s-%s_example.com_Thing", instance, n.name)
}

func instanceID(name string) string { return fmt.Sprintf("default_%s_example.com_Shop", name) }
func extraID(name string) string    { return fmt.Sprintf("default_%s__ConfigMap", name) }

// wanted are the IDs of everything that Git asks for, held or not.
func (c commit) wanted() map[string]bool {
	ids := map[string]bool{}
	for name, nodes := range c.instances {
		ids[instanceID(name)], ids[crdID] = true, true
		for _, n := range nodes {
			ids[nodeID(name, n)] = true
		}
	}
	for _, name := range c.extra {
		ids[extraID(name)] = true
	}
	return ids
}

// content is what the model knows of a manifest.
type content struct {
	ID     string   `json:"id"`
	Spec   string   `json:"spec"`
	Needs  []string `json:"needs,omitempty"`
	Secret string   `json:"secret,omitempty"`
}

func encode(c any) []byte {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	canonical, err := decision.Canonical(raw)
	if err != nil {
		panic(err)
	}
	return canonical
}

// decode reads a manifest back. The spec of a CRD is no text.
func decode(raw []byte) content {
	var c struct {
		content
		Spec any `json:"spec"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err)
	}
	c.content.Spec, _ = c.Spec.(string)
	return c.content
}

// render is the model of an engine: value answers what is known of an object.
func (c commit) render(value func(id string) string) ([]decision.Object, []decision.HeldNode) {
	var objects []decision.Object
	var held []decision.HeldNode
	if len(c.instances) > 0 {
		crd := map[string]any{"id": crdID, "spec": map[string]any{"group": "example.com", "names": map[string]any{"kind": "Shop"}}}
		objects = append(objects, decision.Object{ID: crdID, Manifest: encode(crd)})
	}
	for _, name := range c.extra {
		objects = append(objects, decision.Object{ID: extraID(name), Manifest: encode(content{ID: extraID(name), Spec: "1"})})
	}
	for _, name := range c.names() {
		o, h := renderInstance(name, c.instances[name], value)
		objects, held = append(objects, o...), append(held, h...)
	}
	return objects, held
}

func renderInstance(name string, nodes []node, value func(id string) string) (objects []decision.Object, held []decision.HeldNode) {
	levels, waits, byName := map[string]int32{}, map[string]bool{}, map[string]string{}
	for _, n := range nodes {
		id := nodeID(name, n)
		byName[n.name] = id
		spec := fmt.Sprint(n.version)
		made := content{ID: id}
		for _, need := range n.needs {
			levels[n.name] = max(levels[n.name], levels[need]+1)
			waits[n.name] = waits[n.name] || waits[need]
			made.Needs = append(made.Needs, byName[need])
		}
		if n.reads != "" {
			read := value(byName[n.reads])
			waits[n.name] = waits[n.name] || read == ""
			spec += " " + read
		}
		if waits[n.name] {
			held = append(held, decision.HeldNode{Instance: "Shop/" + name, Node: n.name, ID: id, Paths: []string{n.reads + ".status"}})
			continue
		}
		if n.secret {
			made.Secret = marker
		}
		made.Spec = spec
		objects = append(objects, decision.Object{
			ID: id, Instance: "Shop/" + name, Node: n.name, Level: levels[n.name], Needs: made.Needs, Gates: n.gates, Manifest: encode(made),
		})
	}
	objects = append(objects, decision.Object{
		ID: instanceID(name), Instance: "Shop/" + name, Level: 99, Manifest: encode(content{ID: instanceID(name), Spec: "1"}),
	})
	return objects, held
}

// change is a commit on top of another one, and what it does.
func change(random *rand.Rand, c commit) (commit, string) {
	next := c.clone()
	names := next.names()
	if len(names) == 0 || random.IntN(5) == 0 && len(names) < 4 {
		name := fmt.Sprintf("i%d", next.revision)
		for range 1 + random.IntN(5) {
			next.instances[name] = append(next.instances[name], newNode(random, next, next.instances[name]))
		}
		return next, "add instance " + name
	}
	name := names[random.IntN(len(names))]
	nodes := next.instances[name]
	at := random.IntN(len(nodes))
	switch random.IntN(8) {
	case 0:
		delete(next.instances, name)
		return next, "remove instance " + name
	case 1:
		next.instances[name] = append(nodes, newNode(random, next, nodes))
		return next, "add a node to " + name
	case 2:
		gone := nodes[at].name
		next.instances[name] = without(nodes, gone)
		if len(next.instances[name]) == 0 {
			delete(next.instances, name)
		}
		return next, fmt.Sprintf("remove %s of %s", gone, name)
	case 3:
		// A delivered node comes to need a value that nobody knows.
		added := newNode(random, next, nodes[:at])
		nodes[at].needs, nodes[at].reads = append(nodes[at].needs, added.name), added.name
		reader := nodes[at].name
		next.instances[name] = slices.Insert(nodes, at, added)
		return next, fmt.Sprintf("let %s of %s read %s", reader, name, added.name)
	case 4:
		next.extra = append(next.extra, fmt.Sprintf("e%d", next.revision))
		return next, "add an object"
	case 5:
		if len(next.extra) > 0 {
			next.extra = next.extra[1:]
		}
		return next, "remove an object"
	case 6:
		if random.IntN(3) == 0 {
			return commit{revision: next.revision}, "empty the source"
		}
		fallthrough
	default:
		nodes[at].version = next.revision
		return next, fmt.Sprintf("edit %s of %s", nodes[at].name, name)
	}
}

func newNode(random *rand.Rand, c commit, before []node) node {
	n := node{
		name: fmt.Sprintf("n%d-%d", c.revision, len(before)), version: c.revision, gates: random.IntN(2) == 0, secret: random.IntN(6) == 0,
	}
	for _, other := range before {
		if random.IntN(2) == 0 {
			n.needs = append(n.needs, other.name)
			if n.reads == "" && !other.secret && random.IntN(3) == 0 {
				n.reads = other.name
			}
		}
	}
	return n
}

// without removes a node, and makes those that needed it do without it.
func without(nodes []node, name string) []node {
	nodes = slices.DeleteFunc(nodes, func(n node) bool { return n.name == name })
	for i := range nodes {
		n := &nodes[i]
		n.needs = slices.DeleteFunc(n.needs, func(need string) bool { return need == name })
		if n.reads == name {
			n.reads = ""
		}
	}
	return nodes
}

func short(id string) string {
	name := strings.Trim(strings.TrimPrefix(id, "default_"), "_")
	name, _, _ = strings.Cut(name, "_")
	return name
}
