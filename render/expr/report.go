package expr

import (
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"

	"github.com/krowave/krowave/render/diag"
)

// reportSyntax turns the parser's errors into problems. ANTLR reports one mistake
// several times, so only the first error of each line counts.
func reportSyntax(diags *diag.List, c Chunk, issues *cel.Issues) {
	lines := map[int]bool{}
	for _, e := range issues.Errors() {
		if lines[e.Location.Line()] {
			continue
		}
		lines[e.Location.Line()] = true
		message := strings.TrimPrefix(e.Message, "Syntax error: ")
		d := diags.Errorf(diag.ExpressionSyntax, c.locate(e.Location, 1), "%s", syntaxMessage(message))
		if strings.TrimSpace(c.Text()) == "" {
			d.Message = "the expression is empty"
		}
	}
}

// syntaxMessage shortens ANTLR's list of everything that would have been possible.
func syntaxMessage(message string) string {
	if head, _, ok := strings.Cut(message, " expecting {"); ok {
		return head
	}
	return message
}

// reportCheck turns the type checker's errors into problems.
func reportCheck(diags *diag.List, p *Parsed, s *Scope, issues []common.Error) {
	for _, e := range issues {
		reportOne(diags, p, s, &e)
	}
}

var (
	undefinedField   = regexp.MustCompile(`^undefined field '(.*)'$`)
	undeclaredName   = regexp.MustCompile(`^undeclared reference to '(.*)' \(in container ''\)$`)
	noOverload       = regexp.MustCompile(`^found no matching overload for '(.*)' applied to '(.*)'$`)
	fieldOfScalar    = regexp.MustCompile(`^type '(.*)' does not support field selection$`)
	internalTypeName = regexp.MustCompile(`__type_([A-Za-z0-9]+)`)
)

func reportOne(diags *diag.List, p *Parsed, s *Scope, e *common.Error) {
	message := readable(e.Message)
	if m := undefinedField.FindStringSubmatch(e.Message); m != nil {
		// The checker points at the operator in front of the field.
		span := p.locateAfter(e.Location, ".?", len(m[1]))
		d := diags.Errorf(diag.ExpressionField, span, "there is no field %q", m[1])
		s.suggestField(d, p, e.ExprID, m[1])
		return
	}
	if m := undeclaredName.FindStringSubmatch(e.Message); m != nil {
		d := diags.Errorf(diag.ExpressionFunction, p.locate(e.Location, 1), "there is no function or name %q", m[1])
		if f := diag.Suggest(m[1], functionNames(s.env)); f != "" {
			d.WithHint("did you mean %q?", f)
		}
		return
	}
	if m := noOverload.FindStringSubmatch(e.Message); m != nil {
		operator := operatorText(m[1])
		d := diags.Errorf(diag.ExpressionType, p.locate(e.Location, len(operator)), "%s does not take %s", operator, readable(m[2]))
		if m[1] == "_+_" && strings.Contains(m[2], "string") {
			d.WithHint("convert the other operand with string(…)")
		}
		return
	}
	if m := fieldOfScalar.FindStringSubmatch(e.Message); m != nil {
		diags.Errorf(diag.ExpressionField, p.locate(e.Location, 1), "a value of type %s has no fields", readable(m[1]))
		return
	}
	diags.Errorf(diag.ExpressionType, p.locate(e.Location, 1), "%s", message)
}

// readable replaces internal type names by the names that the user knows.
func readable(text string) string {
	text = internalTypeName.ReplaceAllString(text, "$1")
	text = strings.ReplaceAll(text, ".@idx", "[]")
	return strings.ReplaceAll(text, ".@elem", "{}")
}

// operatorText is the operator as written: + for _+_.
func operatorText(function string) string {
	switch function {
	case "_?_:_":
		return "?:"
	case "_[_]":
		return "[]"
	case "@in":
		return "in"
	case "@not_strictly_false":
		return "&&"
	}
	if trimmed := strings.Trim(function, "_"); strings.HasPrefix(function, "_") || strings.HasSuffix(function, "_") {
		return trimmed
	}
	return function + "()"
}
