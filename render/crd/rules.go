package crd

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
)

// What the API server allows validation rules to cost, in CEL's estimate of the
// worst case, and how many rules are compiled at all.
const (
	maxRuleCost = 10_000_000
	maxCRDCost  = 100_000_000
	maxRules    = 2_000
)

// ruleCost is what one rule may cost for one object.
type ruleCost struct {
	path string
	cost uint64
	at   node
}

// compile checks the rules of one part of the schema.
func (w *walker) compile(s *structuralschema.Structural, at node) {
	if len(s.XValidations) == 0 {
		return
	}
	path := at.path + ".x-kubernetes-validations"
	if w.rules += len(s.XValidations); w.rules > maxRules {
		if w.rules-len(s.XValidations) <= maxRules {
			w.errorf(diag.SchemaTooLarge, path, "the schema has more than %d validation rules with all named types expanded", maxRules)
		}
		return
	}
	declared := model.SchemaDeclType(s, at.root || s.XEmbeddedResource)
	if declared == nil {
		w.errorf(diag.CRDRule, path+"[0]", "%s cannot have rules: CEL has no type for it", fieldName(at.path))
		return
	}
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	results, err := cel.Compile(s, declared, celconfig.PerCallLimit, base, cel.NewExpressionsEnvLoader())
	if err != nil {
		w.errorf(diag.CRDRule, path+"[0]", "the rules of %s cannot be compiled: %s", fieldName(at.path), err)
		return
	}
	for i, result := range results {
		w.rule(result, s.XValidations[i].Rule, at, fmt.Sprintf("%s[%d]", path, i))
	}
}

// rule checks one compiled rule.
func (w *walker) rule(result cel.CompilationResult, rule string, at node, path string) {
	switch {
	case strings.TrimSpace(rule) == "":
		w.errorf(diag.CRDRule, path, "the rule is empty")
	case result.Error != nil:
		w.broken(result.Error.Detail, rule, path)
		return
	case result.MessageExpressionError != nil:
		w.errorf(diag.CRDRule, path, "the message expression does not compile: %s", readable(result.MessageExpressionError.Detail))
	}
	if result.UsesOldSelf && at.uncorrelated != "" {
		w.errorf(diag.CRDRule, path, "a rule inside the list %s cannot compare with an old value: its elements cannot be told apart", fieldName(at.uncorrelated)).
			WithHint("give the list listType=map and listMapKey, or put the rule (or immutable=true) on the list")
	}
	count := result.MaxCardinality
	if at.count != nil {
		count = *at.count
	}
	cost := multiply(result.MaxCost, count)
	if cost > maxRuleCost {
		w.errorf(diag.CRDRuleCost, path, "the rule may cost %s the API server's limit", times(cost, maxRuleCost)).WithHint("%s", at.costHint())
		return
	}
	w.cost += cost
	w.worst = append(w.worst, ruleCost{path, cost, at})
}

// costHint says how a rule gets cheaper.
func (n node) costHint() string {
	switch {
	case n.count != nil:
		return "set maxItems on lists and maxLength on strings that the rule looks at, or write a simpler rule"
	case n.inMap:
		return "the map " + fieldName(n.unlimited) + " has no limit, and SimpleSchema has no marker for one: use a list of objects with maxItems"
	}
	return "set maxItems on the list " + fieldName(n.unlimited) + ", and maxLength on strings that the rule looks at"
}

// times says how many times a cost exceeds a limit.
func times(cost, limit uint64) string {
	factor := float64(cost) / float64(limit)
	switch {
	case factor > 100:
		return "more than 100 times"
	case factor < 1.5:
		return "a little more than"
	}
	return strconv.FormatFloat(factor, 'f', 1, 64) + " times"
}

// total checks what those rules cost together that are not too expensive alone,
// and blames the four most expensive ones.
func (w *walker) total() {
	if w.cost <= maxCRDCost {
		return
	}
	slices.SortStableFunc(w.worst, func(a, b ruleCost) int { return cmp.Compare(b.cost, a.cost) })
	for _, rule := range w.worst[:min(4, len(w.worst))] {
		w.errorf(diag.CRDRuleCost, rule.path, "all rules together may cost %s the API server's limit for one kind, and this one is among the most expensive", times(w.cost, maxCRDCost)).
			WithHint("%s", rule.at.costHint())
	}
}

var (
	// celError is one problem in the text that cel-go makes of several.
	celError = lazyregexp.New(`(?m)ERROR: <input>:(\d+):(\d+): (.*)$`)
	// selfType is the name that the API server gives to the type of self, which changes with every run.
	selfType = lazyregexp.New(`selfType\d+`)
	word     = lazyregexp.New(`^\w+`)
)

// readable is a message of cel-go without the parts that mean nothing to a user.
func readable(message string) string {
	if text, syntax := strings.CutPrefix(message, "Syntax error: "); syntax {
		text, _, _ = strings.Cut(text, " expecting {")
		if strings.HasSuffix(text, "'<EOF>'") {
			return "it ends too early"
		}
		return text
	}
	return strings.TrimSuffix(selfType().ReplaceAllString(message, "self"), " (in container '')")
}

// broken reports a rule that does not compile, each problem at its place in the rule.
func (w *walker) broken(detail, rule, path string) {
	problems := celError().FindAllStringSubmatch(detail, -1)
	if len(problems) == 0 {
		w.errorf(diag.CRDRule, path, "the rule does not compile: %s", readable(detail))
	}
	for _, p := range problems {
		d := w.errorf(diag.CRDRule, path, "the rule does not compile: %s", readable(p[3]))
		place, _ := w.origin.specPlace(path)
		if place.String() != rule {
			continue
		}
		from := offset(rule, p[1], p[2])
		to := from + max(1, len(word().FindString(rule[from:])))
		d.Span = place.SpanOf(from, min(to, len(rule)))
	}
}

// offset is the byte of a rule at a 1-based line and a 1-based column in runes.
func offset(rule, line, column string) int {
	l, errLine := strconv.Atoi(line)
	c, errColumn := strconv.Atoi(column)
	if errLine != nil || errColumn != nil {
		return 0
	}
	at := 0
	for ; l > 1; l-- {
		n := strings.IndexByte(rule[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	for ; c > 1 && at < len(rule); c-- {
		_, size := utf8.DecodeRuneInString(rule[at:])
		at += size
	}
	return at
}
