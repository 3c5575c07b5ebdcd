package guard

import (
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/krowave/krowave/render/lazyregexp"
)

// Rule tries a rule of x-kubernetes-validations out with guarded calls. The API server's own
// validator, which evaluates it for its verdict, has no guards and takes none.
type Rule struct {
	schema *schema.Structural // with what every object has, at a root
	trial  func() *trial      // compiles on first use
}

// trial is a compiled rule. One evaluation at a time says what it refuses.
type trial struct {
	lock     sync.Mutex
	programs []cel.Program // the rule, and its message where it has an expression
	old      bool          // the rule needs an old value
	optional bool          // or has it as an optional
	refusal  error
}

// guarded finds calls of the guarded functions, and a few that only look like such.
var guarded = lazyregexp.New(`\b(?:` + strings.Join(Functions(), "|") + `)\s*\(`)

// NewRule is a rule of a level of a schema; root is that of a whole object. It answers nil for
// a rule that calls no guarded function: then there is nothing to try.
func NewRule(s *schema.Structural, r apiextensionsv1.ValidationRule, root bool) *Rule { //nolint:revive // the validator of the API server is told the same
	if !guarded().MatchString(r.Rule) && !guarded().MatchString(r.MessageExpression) {
		return nil
	}
	root = root || s.XEmbeddedResource
	rule := &Rule{schema: s, trial: sync.OnceValue(func() *trial { return newTrial(s, r, root) })}
	if root {
		rule.schema = model.WithTypeAndObjectMeta(s)
	}
	return rule
}

// newTrial compiles a rule as the API server does. What it cannot compile is tried by nobody,
// since then it is not evaluated either.
func newTrial(s *schema.Structural, r apiextensionsv1.ValidationRule, root bool) *trial {
	t := &trial{optional: r.OptionalOldSelf != nil && *r.OptionalOldSelf}
	declared := model.SchemaDeclType(s, root)
	base, err := t.environment()
	if declared == nil || err != nil {
		t.refusal = err
		return t
	}
	alone := *s
	alone.XValidations = apiextensionsv1.ValidationRules{r}
	results, err := schemacel.Compile(&alone, declared, celconfig.PerCallLimit, base, schemacel.StoredExpressionsEnvLoader())
	if err != nil || results[0].Error != nil {
		return t
	}
	t.old = results[0].UsesOldSelf
	for _, p := range []cel.Program{results[0].Program, results[0].MessageExpression} {
		if p != nil {
			t.programs = append(t.programs, p)
		}
	}
	return t
}

// environment is that of the API server, with guards in the programs.
func (t *trial) environment() (*environment.EnvSet, error) {
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	calls, err := For(base.StoredExpressionsEnv(), Functions())
	if err != nil {
		return nil, fmt.Errorf("guard validation rules: %w", err)
	}
	refused := func(err error) { t.refusal = err }
	decorate := func(step interpreter.Interpretable) (interpreter.Interpretable, error) {
		if call, ok := step.(interpreter.InterpretableCall); ok {
			return calls.Wrap(call, refused), nil
		}
		return step, nil
	}
	return base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		ProgramOptions:    []cel.ProgramOption{cel.CustomDecorator(decorate)},
	})
}

// Refusal is why the rule must not be evaluated for a value, or nil. The old value is nil where
// there is none. A nil Rule refuses nothing.
func (r *Rule) Refusal(self, old any) error {
	if r == nil || self == nil {
		return nil
	}
	t := r.trial()
	if len(t.programs) == 0 {
		return t.refusal
	}
	if t.old && old == nil && !t.optional {
		return nil
	}
	variables := map[string]any{schemacel.ScopedVarName: schemacel.UnstructuredToVal(self, r.schema)}
	if old != nil {
		variables[schemacel.OldScopedVarName] = schemacel.UnstructuredToVal(old, r.schema)
	}
	if t.optional {
		before := types.OptionalNone
		if old != nil {
			before = types.OptionalOf(schemacel.UnstructuredToVal(old, r.schema))
		}
		variables[schemacel.OldScopedVarName] = before
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	t.refusal = nil
	for _, p := range t.programs {
		_, _, _ = p.Eval(variables) // What the rule says, and whether it can, is for the validator to find out.
	}
	return t.refusal
}
