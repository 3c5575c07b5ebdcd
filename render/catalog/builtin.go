package catalog

import (
	_ "embed" // the built-in kinds
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:embed builtin/kubernetes.bin
var builtinData string

// Versions are the Kubernetes minors whose kinds are embedded, the newest first.
func Versions() []string {
	p, err := openPool(builtinData)
	if err != nil {
		return nil
	}
	all, err := p.versions()
	if err != nil {
		return nil
	}
	slices.Reverse(all)
	return all
}

// Builtin is the catalogue of the kinds of a Kubernetes minor, "1.36"; "" is the newest
// one. A full version such as "v1.36.3+k3s1" stands for its minor. The error for
// any other version lists those that are known. Kinds are read when they are
// looked up, and once for each Catalog that Builtin answered.
func Builtin(version string) (*Catalog, error) {
	p, err := openPool(builtinData)
	if err != nil {
		return nil, err
	}
	known, err := p.versions()
	if err != nil {
		return nil, err
	}
	if version == "" && len(known) > 0 {
		version = known[len(known)-1]
	}
	r, err := p.release(minor(version))
	if err != nil {
		return nil, err
	}
	if r == nil {
		slices.Reverse(known)
		return nil, fmt.Errorf("no schemas of Kubernetes %q: known are %s", version, strings.Join(known, ", "))
	}
	return &Catalog{layers: []layer{r}}, nil
}

// ObjectMeta is the schema of metadata as API servers publish it for every kind.
func ObjectMeta() *Schema { return objectMeta() }

// LabelSelector is the schema of a selector with matchLabels and matchExpressions.
func LabelSelector() *Schema { return labelSelector() }

// Schemas that do not depend on the release, read when they are first asked for.
//
//nolint:gochecknoglobals // read once and never changed: every RGD uses them
var (
	objectMeta = sync.OnceValue(func() *Schema {
		return builtinField(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, "metadata")
	})
	labelSelector = sync.OnceValue(func() *Schema {
		return builtinField(schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"}, "spec", "selector")
	})
)

// builtinField is a part of a kind that every release has. The object without
// fields cannot happen: a test looks at the embedded data.
func builtinField(gvk schema.GroupVersionKind, path ...string) *Schema {
	if c, err := Builtin(""); err == nil {
		kind, _ := c.Lookup(gvk)
		at := kind.Schema
		for _, name := range path {
			if at != nil {
				at = at.Properties[name]
			}
		}
		if at != nil {
			return at
		}
	}
	return &Schema{Type: "object"}
}

// minor is the "1.36" of "v1.36.3".
func minor(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// compareVersions orders minors by their numbers; what is not a number comes first.
func compareVersions(a, b string) int {
	return slices.Compare(versionNumbers(a), versionNumbers(b))
}

func versionNumbers(version string) []int {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = -1
		}
		all = append(all, n)
	}
	return all
}
