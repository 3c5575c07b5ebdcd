package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
)

// reportSyntax turns the parser's errors into problems. ANTLR reports one mistake
// several times, so only the first error of each line counts.
func reportSyntax(diags *diag.List, c Chunk, issues *cel.Issues) {
	errors := slices.Clone(issues.Errors())
	slices.SortStableFunc(errors, func(a, b *common.Error) int {
		if a.Location.Line() != b.Location.Line() {
			return a.Location.Line() - b.Location.Line()
		}
		return a.Location.Column() - b.Location.Column()
	})
	line := -1
	for _, e := range errors {
		if e.Location.Line() == line {
			continue
		}
		line = e.Location.Line()
		span := c.locate(e.Location, 1)
		d := diags.Errorf(diag.ExpressionSyntax, span, "%s", syntaxMessage(strings.TrimPrefix(e.Message, "Syntax error: "), span.Text()))
		if m := reservedWord().FindStringSubmatch(d.Message); m != nil {
			d.Span, d.Message = c.locate(e.Location, len(m[1])), fmt.Sprintf("%q is a reserved word", m[1])
		} else if m := quotedToken().FindStringSubmatch(d.Message); m != nil {
			d.Span = c.locate(e.Location, len(m[1]))
		}
		if strings.TrimSpace(c.Text()) == "" {
			d.Message = "the expression is empty"
		}
		d.Hint = syntaxHint(d.Message, c.Text())
	}
}

var (
	unreadable   = lazyregexp.New(`(?s)^token recognition error at: '(.+)'$`)
	badEscape    = lazyregexp.New(`(?s)^["'].*(\\.)$`)
	absent       = lazyregexp.New(`(?s)^missing '(.+)' at '(.+)'$`)
	ending       = lazyregexp.New(`^mismatched input '<EOF>' expecting '(.+)'$`)
	quotedToken  = lazyregexp.New(`(?s)^unexpected "(.*)"$`)
	reservedWord = lazyregexp.New(`^reserved identifier: (.+)$`)
	unexpected   = lazyregexp.New(`(?s)^(?:mismatched|extraneous) input '(.+)' expecting .*$`)
)

// syntaxMessage says what ANTLR means by an error, without its list of everything that
// would have been possible. The text is what stands at the place of the error.
func syntaxMessage(message, text string) string {
	if m := unreadable().FindStringSubmatch(message); m != nil {
		if escape := badEscape().FindStringSubmatch(m[1]); escape != nil {
			return fmt.Sprintf("CEL has no escape sequence %s", escape[1])
		}
		if strings.ContainsAny(m[1][:1], `"'`) {
			return "nothing closes this quote"
		}
		first, _ := utf8.DecodeRuneInString(m[1])
		return fmt.Sprintf(`unexpected "%c"`, first)
	}
	if m := absent().FindStringSubmatch(message); m != nil {
		if m[2] == "<EOF>" {
			return fmt.Sprintf("the expression ends where %s is expected", m[1])
		}
		return fmt.Sprintf("%s is missing in front of %s", m[1], m[2])
	}
	if m := ending().FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("the expression ends where %s is expected", m[1])
	}
	if m := unexpected().FindStringSubmatch(message); m != nil && m[1] != "<EOF>" {
		return fmt.Sprintf(`unexpected "%s"`, m[1])
	}
	switch {
	case strings.Contains(message, "<EOF>"), strings.HasPrefix(message, "no viable alternative") && text == "":
		return "the expression ends too early"
	case strings.HasPrefix(message, "no viable alternative"):
		return fmt.Sprintf(`unexpected "%s"`, text)
	}
	return message
}

// syntaxHint is advice for the mistakes that people make who write other languages, too.
func syntaxHint(message, text string) string {
	switch message {
	case "nothing closes this quote":
		if strings.Contains(text, "'") {
			return "a } between single quotes ends the expression: write such text between double quotes"
		}
	case `unexpected "="`:
		return "write == to compare"
	case `unexpected "|"`, `unexpected "or"`:
		return "write || for or"
	case `unexpected "&"`, `unexpected "and"`:
		return "write && for and"
	case `unexpected "is"`:
		return "write == to compare"
	case `unexpected "$"`:
		return "inside an expression write the name alone, without $"
	case "invalid argument to has() macro":
		return "has() takes a field, as in has(schema.spec.name)"
	}
	if strings.HasPrefix(message, "CEL has no escape") {
		return `write \\ for a backslash, or a raw string: r"…"`
	}
	return ""
}
