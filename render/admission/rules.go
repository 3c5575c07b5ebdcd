package admission

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"

	"github.com/krowave/krowave/render/expr/guard"
	"github.com/krowave/krowave/render/lazyregexp"
)

// ruleNode is one level of the x-kubernetes-validations of a schema. Levels without
// rules in or below them do not exist.
type ruleNode struct {
	rules      []*celRule
	properties map[string]*ruleNode
	additional *ruleNode
	items      *ruleNode
	schema     *schema.Structural
}

// celRule is one rule. Each is a validator of its own, so that a failure is known by its
// rule and the order of evaluation, and with it what exhausts the budget, is always the same.
type celRule struct {
	text      string
	message   string
	fieldPath []string                    // from the level of the rule
	validator func() *schemacel.Validator // compiles on first use
	guard     *guard.Rule                 // nil for a rule that always ends soon
}

// newRules finds the rules of a schema. The declared type is that of the level as CEL
// sees it; what CEL cannot see has no rules in the API server either.
func newRules(s *schema.Structural, declared *cel.DeclType, root bool) *ruleNode {
	if s == nil || declared == nil {
		return nil
	}
	n := &ruleNode{schema: s}
	for i := range s.XValidations {
		n.rules = append(n.rules, newRule(s, s.XValidations[i], root))
	}
	for name := range s.Properties {
		property := s.Properties[name]
		child := newRules(&property, declaredField(declared, name, &property), property.XEmbeddedResource)
		if child != nil {
			if n.properties == nil {
				n.properties = map[string]*ruleNode{}
			}
			n.properties[name] = child
		}
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
		inner := s.AdditionalProperties.Structural
		n.additional = newRules(inner, declared.ElemType, inner.XEmbeddedResource)
	}
	if s.Items != nil {
		n.items = newRules(s.Items, declared.ElemType, s.Items.XEmbeddedResource)
	}
	if n.rules == nil && n.properties == nil && n.additional == nil && n.items == nil {
		return nil
	}
	return n
}

func declaredField(declared *cel.DeclType, name string, property *schema.Structural) *cel.DeclType {
	escaped, ok := cel.Escape(name)
	if !ok {
		return model.SchemaDeclType(property, property.XEmbeddedResource)
	}
	if f, ok := declared.Fields[escaped]; ok {
		return f.Type
	}
	return nil
}

func newRule(s *schema.Structural, r apiextensionsv1.ValidationRule, root bool) *celRule {
	rule := &celRule{text: strings.TrimSpace(r.Rule), message: strings.TrimSpace(r.Message), fieldPath: parseFieldPath(r.FieldPath), guard: guard.NewRule(s, r, root)}
	rule.validator = sync.OnceValue(func() *schemacel.Validator {
		alone := withoutRules(s)
		alone.XValidations = apiextensionsv1.ValidationRules{r}
		return schemacel.NewValidator(alone, root, celconfig.PerCallLimit)
	})
	return rule
}

// withoutRules is a copy of a schema without its rules.
func withoutRules(s *schema.Structural) *schema.Structural {
	c := s.DeepCopy()
	visitor := schema.Visitor{
		Structural:            func(s *schema.Structural) bool { s.XValidations = nil; return true },
		NestedValueValidation: func(v *schema.NestedValueValidation) bool { v.XValidations = nil; return true },
	}
	visitor.Visit(c)
	return c
}

// parseFieldPath reads the fieldPath of a rule: .a.b['c'].
func parseFieldPath(text string) []string {
	var keys []string
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "['"); ok {
			key, rest, _ := strings.Cut(rest, "']")
			keys, text = append(keys, strings.ReplaceAll(key, `\'`, "'")), rest
			continue
		}
		text = strings.TrimPrefix(text, ".")
		end := strings.IndexAny(text, ".[")
		if end < 0 {
			end = len(text)
		}
		if end == 0 {
			return keys
		}
		keys, text = append(keys, text[:end]), text[end:]
	}
	return keys
}

// ruleRun evaluates the rules of one object within the API server's budget.
type ruleRun struct {
	recorder
	budget int64
	spent  bool
}

func newRuleRun() *ruleRun { return &ruleRun{budget: celconfig.RuntimeCELCostBudget} }

// value evaluates the rules of a level and of everything below it. The old value is
// nil where there is none to compare with.
func (r *ruleRun) value(x, old any, n *ruleNode) {
	if n == nil || x == nil || r.spent {
		return
	}
	for _, rule := range n.rules {
		r.rule(x, old, rule)
		if r.spent {
			return
		}
	}
	switch x := x.(type) {
	case map[string]any:
		before, _ := old.(map[string]any)
		if !schemacel.MapIsCorrelatable(n.schema.XMapType) {
			before = nil
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			r.push(key)
			r.value(x[key], before[key], n.additional)
			r.value(x[key], before[key], n.properties[key])
			r.pop()
		}
	case []any:
		if n.items == nil {
			return
		}
		before, _ := old.([]any)
		earlier := common.MakeMapList(&model.Structural{Structural: n.schema}, before)
		for i, item := range x {
			r.pushItem(i)
			r.value(item, earlier.Get(item), n.items)
			r.pop()
		}
	}
}

func (r *ruleRun) rule(x, old any, rule *celRule) {
	if err := rule.guard.Refusal(x, old); err != nil {
		r.add(ruleCELFailed, "cannot be validated: %s", err).hint = "rule: " + rule.text
		return
	}
	errs, left := rule.validator().Validate(context.Background(), nil, nil, x, old, r.budget)
	if left < 0 {
		r.spent = true
		r.add(ruleCELCost, "costs more to validate than the API server allows").hint = "rule: " + rule.text
		return
	}
	r.budget = left
	for _, err := range errs {
		r.failure(err, rule)
	}
}

// failure tells a rule that is false from one that cannot be evaluated. The validator only
// answers text.
func (r *ruleRun) failure(err *field.Error, rule *celRule) {
	shown := rule.message
	if shown == "" {
		shown = rule.text
	}
	detail, compiled := err.Detail, true
	for _, prefix := range []string{"rule compile error: ", "rule compiler initialization error: "} {
		if rest, ok := strings.CutPrefix(detail, prefix); ok {
			detail, compiled = rest, false
		}
	}
	for _, suffix := range []string{" evaluating rule: " + shown, ": call arguments did not match a supported operator, function or macro signature for rule: " + shown} {
		if rest, ok := strings.CutSuffix(detail, suffix); ok {
			detail, compiled = rest, false
		}
	}
	if !compiled {
		detail = selfType().ReplaceAllString(strings.Join(strings.Fields(detail), " "), "self")
		r.add(ruleCELFailed, "cannot be validated: %s", detail).hint = "rule: " + rule.text
		return
	}
	at := r.trail.path()
	for _, key := range rule.fieldPath {
		at = at.Key(key)
	}
	if detail == "failed rule: "+shown && rule.message == "" {
		r.addAt(ruleCEL, at, "breaks the rule %s", rule.text)
		return
	}
	r.addAt(ruleCEL, at, "is refused: %s", detail).hint = "rule: " + rule.text
}

// selfType is the name that the API server's compiler makes up for the type of self,
// from the clock.
var selfType = lazyregexp.New(`selfType\d+`)
