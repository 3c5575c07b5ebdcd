// Package guard notices a render that goes in circles: its output depends on the cluster, and the cluster on its output.
//
// In: the digests of the last renders of a GraphArtifact, and the manifests of two renders. Out: the digests to remember,
// the verdict, and the fields that differ. Two returns to an earlier output without a change of the source are a circle: one
// may be a value that was mended. A new revision of the source starts from nothing, and so does whoever forgets the digests.
//
// The package says which fields differ and never what they hold. It is pure: no I/O, no clock, no state; results are
// sorted, and inputs are not changed. All functions are safe for concurrent use.
package guard

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/fieldpath"
)

// remembered is how many outputs are kept: circles of up to six outputs are noticed.
const remembered = 8

// returns is how often an output may come back without being a circle, and one.
const returns = 2

// Remember is the outputs after one more render of a revision of the source, oldest first. An output that is the last one
// already is not told twice. The result is a slice of its own.
func Remember(outputs []v1alpha1.RenderOutput, source, digest string) []v1alpha1.RenderOutput {
	same := slices.DeleteFunc(slices.Clone(outputs), func(o v1alpha1.RenderOutput) bool { return o.Source != source })
	if n := len(same); n == 0 || same[n-1].Digest != digest {
		same = append(same, v1alpha1.RenderOutput{Source: source, Digest: digest})
	}
	return slices.Clip(same[max(len(same)-remembered, 0):])
}

// Circles reports that outputs of one revision of the source, as [Remember] gives them, came back twice.
func Circles(outputs []v1alpha1.RenderOutput) bool {
	seen, came := map[v1alpha1.RenderOutput]bool{}, 0
	for _, o := range outputs {
		if seen[o] {
			came++
		}
		seen[o] = true
	}
	return came >= returns
}

// Differences are the fields in which the manifests of two renders differ, by the IDs of the objects: "ID path", or the ID
// alone where only one render has the object. They are sorted, and at most as many as the limit says; the last
// one counts those that are left out. An error is about a manifest that is not a JSON object.
func Differences(before, after map[string][]byte, limit int) ([]string, error) {
	ids := maps.Clone(before)
	if ids == nil {
		ids = map[string][]byte{}
	}
	maps.Copy(ids, after)
	var all []string
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		was, had := before[id]
		is, has := after[id]
		if !had || !has {
			all = append(all, id)
			continue
		}
		paths, err := fields(was, is)
		if err != nil {
			return nil, fmt.Errorf("compare two manifests of %s: %w", id, err)
		}
		for _, p := range paths {
			all = append(all, id+" "+p)
		}
	}
	if more := len(all) - limit; limit > 0 && more > 0 {
		all = append(all[:limit-1], fmt.Sprintf("and %d more", more+1))
	}
	return all, nil
}

// fields are the paths in which two objects differ, sorted.
func fields(before, after []byte) ([]string, error) {
	var was, is map[string]any
	if err := json.Unmarshal(before, &was); err != nil {
		return nil, fmt.Errorf("read the earlier one: %w", err)
	}
	if err := json.Unmarshal(after, &is); err != nil {
		return nil, fmt.Errorf("read the later one: %w", err)
	}
	var found []string
	walk(fieldpath.Path{}, was, is, func(p fieldpath.Path) { found = append(found, p.String()) })
	slices.Sort(found)
	return found, nil
}

// walk tells the places in which two values differ, the deepest ones.
func walk(at fieldpath.Path, was, is any, tell func(fieldpath.Path)) {
	switch was := was.(type) {
	case map[string]any:
		if is, ok := is.(map[string]any); ok {
			keys := maps.Clone(was)
			maps.Copy(keys, is)
			for key := range keys {
				a, had := was[key]
				b, has := is[key]
				if had != has {
					tell(at.Key(key))
					continue
				}
				walk(at.Key(key), a, b, tell)
			}
			return
		}
	case []any:
		if is, ok := is.([]any); ok && len(was) == len(is) {
			for i := range was {
				walk(at.Index(i), was[i], is[i], tell)
			}
			return
		}
	}
	if !reflect.DeepEqual(was, is) {
		tell(at)
	}
}
