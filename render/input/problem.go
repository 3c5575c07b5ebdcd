package input

import (
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
	"github.com/krowave/krowave/render/source"
)

// Problems are the diagnostics for text that could not be read.
func Problems(list []source.Problem) diag.List {
	var diags diag.List
	for _, p := range list {
		d := diags.Errorf(problemCode(p.Kind), p.Span, "%s", p.Message)
		switch {
		case p.Kind == source.DuplicateKey:
			d.Severity = diag.Warning
			d.WithRelated(p.Related, "the first one is here")
		case strings.Contains(lineOf(p.Span), "{{"):
			d.WithHint("this looks like a template of Helm or Go: render it before, or move it out of the input")
		case p.Kind == source.Syntax && tabIndent().MatchString(lineOf(p.Span)):
			d.WithHint("YAML is indented with spaces, never with tabs")
		}
	}
	return diags
}

var tabIndent = lazyregexp.New(`^ *\t`)

// lineOf is the whole line that a span starts in.
func lineOf(s source.Span) string {
	if s.File() == nil {
		return ""
	}
	return s.File().LineText(s.Start().Line)
}

func problemCode(kind source.ProblemKind) diag.Code {
	switch kind {
	case source.LimitHit:
		return diag.YAMLLimit
	case source.DuplicateKey:
		return diag.YAMLDuplicate
	case source.BadKey:
		return diag.YAMLKey
	case source.BadValue:
		return diag.YAMLValue
	case source.Syntax:
	}
	return diag.YAMLSyntax
}
