package readiness

import (
	"fmt"
	"strings"

	"k8s.io/utils/lru"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
)

// DefaultCompiled is how many lists of expressions an Evaluator keeps.
const DefaultCompiled = 4096

// Evaluator evaluates readyWhen expressions.
type Evaluator struct {
	language *expr.Language
	compiled *lru.Cache
}

// NewEvaluator keeps the given number of compiled lists of expressions; 0 means [DefaultCompiled].
func NewEvaluator(language *expr.Language, keep int) *Evaluator {
	if keep == 0 {
		keep = DefaultCompiled
	}
	return &Evaluator{language: language, compiled: lru.New(keep)}
}

// compilation is the result of compiling one list of expressions.
type compilation struct {
	list  []*expr.Checked
	diags diag.List
}

func (e *Evaluator) compile(variable string, texts []string) compilation {
	key := variable + "\x00" + strings.Join(texts, "\x00")
	if c, ok := e.compiled.Get(key); ok {
		if found, is := c.(compilation); is {
			return found
		}
	}
	var c compilation
	c.list, c.diags = graph.CompileReadyWhen(e.language, variable, texts)
	e.compiled.Add(key, c)
	return c
}

// Variable is the name under which the readyWhen of a node sees an object: each for an item of a collection, otherwise
// the id of the node.
func Variable(n *v1alpha1.ObservedNode) string {
	if n.Item != nil {
		return "each"
	}
	return n.ID
}

// ReadyWhen judges what is known of an object, or of those that a selector chose, by the author's expressions.
func (e *Evaluator) ReadyWhen(variable string, texts []string, n eval.LiveNode) Verdict {
	if len(texts) == 0 {
		return Ready()
	}
	c := e.compile(variable, texts)
	if c.diags.HasErrors() {
		return Verdict{Reason: ReasonExpressionFailed, Message: fmt.Sprintf("readyWhen cannot be compiled: %s", firstError(c.diags))}
	}
	r := eval.Ready(c.list, variable, n, nil)
	switch {
	case r.Err != nil:
		// The error may quote values, the expression does not.
		return Verdict{Reason: ReasonExpressionFailed, Message: fmt.Sprintf("readyWhen %q cannot be evaluated", r.False)}
	case !r.Ready:
		return NotReady(fmt.Sprintf("readyWhen condition evaluated to false: %q", r.False))
	}
	return Ready()
}

func firstError(diags diag.List) string {
	for _, d := range diags {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return ""
}
