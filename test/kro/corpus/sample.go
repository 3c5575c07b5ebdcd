package corpus

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/krowave/krowave/test/kro/trial"
)

// Sample is an instance of a generated CRD, for RGDs that ship without one: every field that
// has no default gets a plain value of its type. The value may break a pattern or a rule.
func Sample(crd map[string]any) (string, error) {
	spec, _ := crd["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	if len(versions) == 0 {
		return "", fmt.Errorf("a CRD with %d versions", len(versions))
	}
	version, _ := versions[0].(map[string]any)
	instance := map[string]any{
		"apiVersion": fmt.Sprintf("%v/%v", spec["group"], version["name"]),
		"kind":       names["kind"],
		"metadata":   map[string]any{"name": "sample", "uid": "0b0e8a2c-0000-4000-8000-000000000001"},
	}
	root := at(version, "schema", "openAPIV3Schema", "properties", "spec")
	if value, ok := sampleOf("spec", root).(map[string]any); ok {
		instance["spec"] = value
	}
	text, err := json.MarshalIndent(instance, "", "  ")
	if err != nil {
		return "", fmt.Errorf("writing a sample: %w", err)
	}
	return string(text) + "\n", nil
}

func at(value map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		value, _ = value[key].(map[string]any)
	}
	return value
}

func sampleOf(name string, schema map[string]any) any {
	if choices, _ := schema["enum"].([]any); len(choices) > 0 {
		return choices[0]
	}
	switch schema["type"] {
	case "string":
		return "sample-" + strings.ToLower(name)
	case "integer", "number":
		if least, ok := schema["minimum"]; ok {
			return least
		}
		return 1
	case "boolean":
		return true
	case "array":
		return []any{sampleOf(name, at(schema, "items"))}
	case "object":
		return sampleObject(schema)
	default:
		return nil
	}
}

func sampleObject(schema map[string]any) map[string]any {
	object := map[string]any{}
	if values := at(schema, "additionalProperties"); values != nil {
		object["key"] = sampleOf("value", values)
	}
	for name := range at(schema, "properties") {
		field := at(schema, "properties", name)
		if _, defaulted := field["default"]; !defaulted {
			object[name] = sampleOf(name, field)
		}
	}
	return object
}

var (
	statusPath = regexp.MustCompile(`\b([a-z][a-zA-Z0-9]*)((?:\.\??status)(?:\.\??[a-zA-Z_][a-zA-Z0-9_]*|\[\??[0-9]+\])*)(\()?`)
	segment    = regexp.MustCompile(`\.\??([a-zA-Z_][a-zA-Z0-9_]*)|\[\??([0-9]+)\]`)
	numeric    = regexp.MustCompile(`(?i)(replicas|port|count|succeeded|failed|active|number|generation)$`)
)

// Observe invents what a cluster says about the nodes of an RGD: a value at every path below
// a status that one of its expressions reads. Whether the value fits is left to chance.
func Observe(rgd string) []trial.Observation {
	trees := map[string]map[string]any{}
	for _, found := range statusPath.FindAllStringSubmatch(rgd, -1) {
		node, path, called := found[1], found[2], found[3] != ""
		if node == "schema" {
			continue
		}
		if trees[node] == nil {
			trees[node] = map[string]any{}
		}
		segments := segment.FindAllStringSubmatch(path, -1)
		leaf := leafOf(segments[len(segments)-1][1])
		if called {
			// The last name is a function; what it is called on is taken for a list.
			segments = segments[:len(segments)-1]
			leaf = leafOf("conditions")
		}
		if len(segments) > 1 {
			plant(trees[node], segments, leaf)
		}
	}
	var all []trial.Observation
	for node, tree := range trees {
		text, err := json.Marshal(tree)
		if err != nil {
			continue
		}
		all = append(all, trial.Observation{Node: node, Object: string(text)})
	}
	slices.SortFunc(all, func(a, b trial.Observation) int { return strings.Compare(a.Node, b.Node) })
	return all
}

func leafOf(name string) any {
	if name == "conditions" {
		return []any{map[string]any{"type": "Ready", "status": "True", "name": "observed"}}
	}
	if numeric.MatchString(name) {
		return 1
	}
	return "observed-" + strings.ToLower(name)
}

// plant sets the value at a path, unless something with more below it is there.
func plant(tree map[string]any, path [][]string, leaf any) {
	name := path[0][1]
	below := leaf
	if len(path) > 1 {
		below = grown(tree[name], path[1:], leaf)
	} else if _, taken := tree[name]; taken {
		return
	}
	tree[name] = below
}

func grown(value any, path [][]string, leaf any) any {
	if path[0][1] != "" {
		object, ok := value.(map[string]any)
		if !ok {
			object = map[string]any{}
		}
		plant(object, path, leaf)
		return object
	}
	index, err := strconv.Atoi(path[0][2])
	list, _ := value.([]any)
	if err != nil || index > 9 {
		return list
	}
	for len(list) <= index {
		list = append(list, nil)
	}
	for i := range list {
		switch {
		case len(path) > 1:
			list[i] = grown(list[i], path[1:], leaf)
		case list[i] == nil:
			list[i] = leaf
		}
	}
	return list
}
