// Package diag holds the problems that rendering finds and prints them the way a
// compiler does: file:line:column in the user's own text, the line, a caret, a hint.
//
// In: spans from package source. Out: sorted lists, and text for people. The
// stages return a [List] where other code returns an error; a nil List is valid
// and empty. Codes are stable, documented in docs/reference/diagnostics.md, and
// each has a golden case; a test holds the three together.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/source"
)

// Severity tells how bad a [Diagnostic] is.
type Severity uint8

// The severities, the worst first.
const (
	Error   Severity = iota // the input is refused
	Warning                 // the input is accepted, but probably not what was meant
)

// String is the severity's name in text and JSON.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Code names one kind of problem, for example "RGD003". A code never changes its meaning.
type Code string

// Related is another place that has to do with a problem.
type Related struct {
	Span    source.Span
	Message string
}

// Diagnostic is one problem at one place.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     source.Span
	Message  string // one sentence fragment, lower case, no full stop
	Hint     string // what to do about it, or ""
	Related  []Related
	// Secret says that the text at the spans may be the value of a Secret: it is shown
	// to nobody, only its place is.
	Secret bool
}

// List is a list of problems. Stages append in any order; whoever prints sorts first.
type List []Diagnostic

// Errorf appends an error.
func (l *List) Errorf(code Code, span source.Span, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Code: code, Severity: Error, Span: span, Message: fmt.Sprintf(format, args...)})
}

// Warnf appends a warning.
func (l *List) Warnf(code Code, span source.Span, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Code: code, Severity: Warning, Span: span, Message: fmt.Sprintf(format, args...)})
}

// add appends d and returns its place in the list, valid until the next append,
// so that a hint or related places can be set in the same statement.
func (l *List) add(d Diagnostic) *Diagnostic {
	*l = append(*l, d)
	return &(*l)[len(*l)-1]
}

// WithHint sets the hint.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithRelated adds another place.
func (d *Diagnostic) WithRelated(span source.Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Related{Span: span, Message: fmt.Sprintf(format, args...)})
	return d
}

// HasErrors reports that the list holds an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Counts are the numbers of errors and warnings.
func (l List) Counts() (errors, warnings int) {
	for _, d := range l {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// Sorted is a copy of the list in the order of files, lines and columns, then
// severity, code and text, without repetitions.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(a.Span.Compare(b.Span), cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(sorted, func(a, b Diagnostic) bool {
		return a.Span.Compare(b.Span) == 0 && a.Severity == b.Severity && a.Code == b.Code && a.Message == b.Message
	})
}

// Strict is a copy of the list in which every warning is an error.
func (l List) Strict() List {
	strict := slices.Clone(l)
	for i := range strict {
		strict[i].Severity = Error
	}
	return strict
}
