package simpleschema_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/kubernetes-sigs/kro/pkg/graph/crd/compat"

	"github.com/krowave/krowave/render/crd"
)

// TestCompareGenerated compares the verdicts on updates between invented schemas,
// change by change.
func TestCompareGenerated(t *testing.T) {
	t.Parallel()
	count := 2_000
	if testing.Short() {
		count = 400
	}
	seen := map[compat.ChangeType]int{}
	for seed := range count {
		d := compatDice{rand.New(rand.NewPCG(uint64(seed), 3))}
		old, updated := simple{Spec: d.object(1)}, simple{Spec: d.object(1)}
		before, _, diags := old.ours(t)
		after, _, more := updated.ours(t)
		if before == nil || after == nil {
			t.Fatalf("seed %d: %v %v", seed, diags, more)
		}
		in := crd.Input{Group: "kro.run", Version: "v1", Kind: "App", Spec: before.Schema}
		was := crd.Synthesize(in)
		in.Spec = after.Schema
		is := crd.Synthesize(in)
		if d.IntN(5) == 0 {
			is.Spec.Versions[0].Served = false
			is.Spec.Versions[0].AdditionalPrinterColumns = nil
			is.Spec.Versions[0].Subresources = nil
		}
		want, err := compat.CompareVersions(was.Spec.Versions, is.Spec.Versions)
		if err != nil {
			t.Fatal(err)
		}
		got, err := crd.Compare(was, is)
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2][]compat.Change{
			"breaking": {want.BreakingChanges, asKro(got.Breaking)}, "harmless": {want.NonBreakingChanges, asKro(got.Harmless)},
		} {
			for _, c := range pair[0] {
				seen[c.ChangeType]++
			}
			if diff := gocmp.Diff(sorted(pair[0]), sorted(pair[1])); diff != "" {
				t.Fatalf("seed %d: %v to %v: %s changes (-kro +ours):\n%s", seed, old.Spec, updated.Spec, name, diff)
			}
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d kinds of changes occurred: %v", len(seen), seen)
	}
}

func sorted(changes []compat.Change) []compat.Change {
	list := append([]compat.Change{}, changes...)
	slices.SortFunc(list, func(a, b compat.Change) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ChangeType, b.ChangeType), cmp.Compare(a.OldValue, b.OldValue), cmp.Compare(a.NewValue, b.NewValue))
	})
	return list
}

// asKro writes our changes in kro's words.
func asKro(changes []crd.Change) []compat.Change {
	var list []compat.Change
	for _, c := range changes {
		path := strings.NewReplacer("properties[", "properties.", "]", "").Replace(c.Path)
		k := compat.Change{Path: path, OldValue: c.Old, NewValue: c.New}
		aspect, effect := string(c.Aspect), map[crd.Effect]string{crd.Added: "ADDED", crd.Removed: "REMOVED", crd.Changed: "CHANGED", crd.Raised: "INCREASED", crd.Lowered: "DECREASED"}[c.Effect]
		switch c.Aspect {
		case crd.AspectProperty:
			if c.New != "" {
				k.OldValue, k.NewValue = "required=false", "required=true"
			}
		case crd.AspectServed, crd.AspectStatus:
			aspect = map[crd.Aspect]string{crd.AspectServed: "type", crd.AspectStatus: "property"}[c.Aspect]
		case crd.AspectColumns:
		case crd.AspectEnum:
			k.Path += ".enum"
			effect = map[crd.Effect]string{crd.Added: "EXPANDED", crd.Removed: "RESTRICTED"}[c.Effect]
		case crd.AspectRequiredDefault:
			k.Path += ".required"
		default:
			k.Path += "." + aspect
		}
		k.ChangeType = compat.ChangeType(upperSnake(aspect) + "_" + effect)
		list = append(list, k)
	}
	return list
}

// upperSnake writes camelCase as CAMEL_CASE.
func upperSnake(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// compatDice invents schemas that differ in all that is compared.
type compatDice struct{ *rand.Rand }

func (d compatDice) object(depth int) map[string]any {
	o := map[string]any{}
	for _, name := range []string{"a", "b", "c", "d"} {
		switch n := d.IntN(8); {
		case n == 0:
		case n == 1 && depth > 0:
			o[name] = d.object(depth - 1)
		default:
			o[name] = d.line()
		}
	}
	return o
}

func (d compatDice) line() string {
	typ := []string{"string", "string", "integer", "[]string", "[][]integer", "map[string]string"}[d.IntN(6)]
	pool := []string{"required=true", "description=x", "description=y"}
	switch typ {
	case "string":
		pool = append(pool, "default=x", "default=y", "enum=x,y", "enum=y,z", "pattern=x", "pattern=y", "minLength=1", "minLength=2", "maxLength=5", "maxLength=6", "immutable=true")
	case "integer":
		pool = append(pool, "default=1", "default=2", "minimum=0", "minimum=0.5", "maximum=5", "maximum=9000000000", "enum=1,2", "enum=2")
	case "[]string", "[][]integer":
		pool = append(pool, "minItems=1", "minItems=2", "maxItems=5", "maxItems=6", "default=[]", "listType=atomic")
	}
	line := typ + " |"
	for range 1 + d.IntN(3) {
		line += " " + pool[d.IntN(len(pool))]
	}
	return line
}
