package compare

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// Explanation is an intended difference. Its id is a row or a heading of docs/compat/kro.md,
// where the reason is given to users.
type Explanation struct {
	ID      string
	Applies func(f Finding) bool
}

// Finding is a difference in its place.
type Finding struct {
	Case       trial.Case
	Kro, Ours  trial.Result
	Difference Difference
}

// explain is the id of the first explanation that applies.
func explain(f Finding) string {
	for _, e := range Explanations() {
		if e.Applies(f) {
			return e.ID
		}
	}
	return ""
}

// Explanations are all intended differences. A predicate is as narrow as it can be: it names
// the aspect, and what both sides say.
func Explanations() []Explanation {
	return []Explanation{
		{"missing-instance-field", refusedFor("EVA001", waitsForEver)},
		{"never-resolvable", refusedFor("EVA002", waitsForEver)},
		{"empty-name", refusedFor("EVA004", hasNoName)},
		{"selector", refusedFor("EVA007", selectsEverything)},
		{"paths", brokenPath},
		{"external-ready", externalReady},
		{"readiness-gating", readinessGating},
		{"status-error", statusError},
		{"status-objects", statusObjects},
		{"status-lists", statusLists},
		{"builtin-conditions", builtinConditions},
	}
}

var problem = regexp.MustCompile(`error\[([A-Z]+[0-9]+)\]`)

// refusedFor: what kro accepts is refused with this code, among others that are explained
// too, and kro's answer shows that the code is right.
func refusedFor(code string, shown func(kro trial.Result) bool) func(Finding) bool {
	intended := []string{"EVA001", "EVA002", "EVA004", "EVA007"}
	return func(f Finding) bool {
		if f.Difference.Aspect != Verdict || !f.Kro.Verdict.Accepted() || f.Ours.Verdict.Stage != trial.StageRun {
			return false
		}
		given := false
		for _, found := range problem.FindAllStringSubmatch(f.Ours.Verdict.Error, -1) {
			if !slices.Contains(intended, found[1]) {
				return false
			}
			given = given || found[1] == code
		}
		return given && shown(f.Kro)
	}
}

// waitsForEver: a node waits although nothing more can happen.
func waitsForEver(kro trial.Result) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(kro.Nodes)), func(n trial.Node) bool { return n.State == trial.Pending })
}

func hasNoName(kro trial.Result) bool {
	for _, node := range kro.Nodes {
		for _, object := range node.Objects {
			metadata, _ := object["metadata"].(map[string]any)
			if name, _ := metadata["name"].(string); name == "" && node.Kind != trial.ExternalCollection {
				return true
			}
		}
	}
	return false
}

func selectsEverything(kro trial.Result) bool {
	for _, node := range kro.Nodes {
		for _, object := range node.Objects {
			metadata, _ := object["metadata"].(map[string]any)
			if _, isMap := metadata["selector"].(map[string]any); !isMap && node.Kind == trial.ExternalCollection {
				return true
			}
		}
	}
	return false
}

// brokenPath: kro cannot write to a place whose name its path syntax cannot hold.
func brokenPath(f Finding) bool {
	wanted := regexp.MustCompile(`invalid path|key not found`)
	return f.Difference.Aspect == Verdict && f.Ours.Verdict.Accepted() &&
		f.Kro.Verdict.Stage == trial.StageRun && everyLine(f.Kro.Verdict.Error, wanted)
}

func everyLine(text string, wanted *regexp.Regexp) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if !wanted.MatchString(line) {
			return false
		}
	}
	return true
}

// What kro's runtime says of a node that waits for another.
var (
	notReady = regexp.MustCompile(`no observed state|collection not computed|collection not ready: observed|readyWhen`)
	waitsFor = regexp.MustCompile(`dependent node "([^"]+)" not ready`)
)

// externalReady: kro never finds a selection ready that has a readyWhen.
func externalReady(f Finding) bool {
	if f.Difference.Aspect != State || !waiting(f, f.Difference.Node) {
		return false
	}
	found := waitsFor.FindStringSubmatch(f.Kro.Nodes[f.Difference.Node].Message)
	return found != nil && f.Kro.Nodes[found[1]].Kind == trial.ExternalCollection
}

// readinessGating: kro resolves a node when its dependencies exist and are ready; krowave
// renders it, and readiness gates the delivery. Where everything exists and is ready nothing
// of the kind is left.
func readinessGating(f Finding) bool {
	if f.Case.Mode == trial.Settled {
		return false
	}
	switch f.Difference.Aspect {
	case Verdict:
		return f.Ours.Verdict.Accepted() && f.Kro.Verdict.Stage == trial.StageRun && everyLine(f.Kro.Verdict.Error, notReady)
	case State:
		return waiting(f, f.Difference.Node)
	case Status, Conditions:
		for id, node := range f.Kro.Nodes {
			unobserved := node.State == trial.Resolved && len(node.Observed) < len(node.Objects)
			if waiting(f, id) || unobserved {
				return f.Kro.StatusError == "" && f.Ours.StatusError == ""
			}
		}
	case Level, Order, Waves, Dependencies, CRD, Instance, Objects:
	}
	return false
}

// waiting tells whether kro waits with a node that is rendered here.
func waiting(f Finding, id string) bool {
	kro, ours := f.Kro.Nodes[id], f.Ours.Nodes[id]
	return kro.State == trial.Pending && notReady.MatchString(kro.Message) && ours.State != trial.Fatal
}

// statusError: one failing projection costs kro the whole status.
func statusError(f Finding) bool {
	return f.Difference.Aspect == Status && f.Kro.StatusError != "" && f.Ours.StatusError == ""
}

// statusObjects: kro names the fields of a projected object as CEL escapes them, and forgets
// that an object takes any content.
func statusObjects(f Finding) bool {
	return sameCRD(f, corrections{objects: true})
}

// statusLists: of a list whose elements differ kro describes one at random.
func statusLists(f Finding) bool {
	return sameCRD(f, corrections{objects: true, lists: true})
}

// corrections are the ways in which kro's status schema is put right before it is compared.
type corrections struct{ objects, lists bool }

func sameCRD(f Finding, put corrections) bool {
	if f.Difference.Aspect != CRD {
		return false
	}
	kro, err := manifest.NormalMap(plainCRD(f.Kro.CRD))
	if err != nil {
		return false
	}
	ours, err := manifest.NormalMap(plainCRD(f.Ours.CRD))
	if err != nil {
		return false
	}
	p := &pair{}
	p.equal(CRD, "", put.right(statusOf(kro), statusOf(ours)), statusOf(ours))
	p.equal(CRD, "", withoutStatus(kro), withoutStatus(ours))
	return len(p.found) == 0
}

// rootProperties are the properties of the root schema of a CRD with one version.
func rootProperties(crd map[string]any) map[string]any {
	spec, _ := crd["spec"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	if len(versions) != 1 {
		return nil
	}
	version, _ := versions[0].(map[string]any)
	schema, _ := version["schema"].(map[string]any)
	root, _ := schema["openAPIV3Schema"].(map[string]any)
	properties, _ := root["properties"].(map[string]any)
	return properties
}

func statusOf(crd map[string]any) any { return rootProperties(crd)["status"] }

func withoutStatus(crd map[string]any) any {
	normal, err := manifest.NormalMap(crd)
	if err != nil {
		return nil
	}
	delete(rootProperties(normal), "status")
	return normal
}

const anything = "x-kubernetes-preserve-unknown-fields"

// right is kro's schema, corrected where the other schema has it right.
func (put corrections) right(kro, ours any) any {
	theirs, isMap := kro.(map[string]any)
	mine, sameShape := ours.(map[string]any)
	if !isMap || !sameShape {
		return kro
	}
	theirs = maps.Clone(theirs)
	if put.objects && mine[anything] == true && mine["type"] == "object" && theirs["type"] == "object" && theirs["properties"] == nil {
		theirs[anything] = true
	}
	if items, ok := mine["items"].(map[string]any); put.lists && ok && len(items) == 1 && items[anything] == true {
		theirs["items"] = items
	}
	fixed := make(map[string]any, len(theirs))
	for key, value := range theirs {
		name := key
		if put.objects {
			name = plainName(key)
		}
		fixed[name] = put.right(value, mine[name])
	}
	return fixed
}

var keyword = regexp.MustCompile(`^__(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)__$`)

func plainName(escaped string) string {
	if found := keyword.FindStringSubmatch(escaped); found != nil {
		return found[1]
	}
	return strings.NewReplacer("__underscores__", "__", "__dash__", "-", "__dot__", ".", "__slash__", "/").Replace(escaped)
}

// builtinConditions: kro's own conditions of the instance are known to its controller only. An
// author's condition that reads them is not known before the instance is observed.
func builtinConditions(f Finding) bool {
	if f.Difference.Aspect != Conditions || !strings.Contains(f.Case.RGD, "runtime.condition(schema") {
		return false
	}
	ours := map[string]bool{}
	for _, c := range f.Ours.Conditions {
		name, _ := c["type"].(string)
		ours[name] = true
	}
	common := slices.DeleteFunc(slices.Clone(f.Kro.Conditions), func(c map[string]any) bool {
		name, _ := c["type"].(string)
		return !ours[name]
	})
	p := &pair{}
	p.equal(Conditions, "", common, notNil(f.Ours.Conditions))
	return len(p.found) == 0
}
