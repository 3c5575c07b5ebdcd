package simpleschema

import (
	"strconv"
	"unicode/utf8"

	"github.com/krowave/krowave/render/diag"
)

// Limits that keep time and memory in proportion to the input. What exceeds them
// is larger than any CRD that an API server stores (docs/compat/kro.md#limits).
const (
	// maxProblems is the number of errors, and of warnings, that one [Build] lists.
	// To find the place of a problem takes time in proportion to the string that it is in.
	maxProblems = 500
	// maxLine is the length in bytes of a type with its markers.
	maxLine = 128 << 10
	// maxNodes is the number of schemas that one [Build] makes, with every use of a
	// named type counted, and long defaults as several: types that double at every
	// level end here.
	maxNodes = 100_000
	// maxHints is the number of unknown types that are compared with all known ones,
	// and maxNames the number of known ones up to which they are.
	maxHints, maxNames = 50, 1000
	// maxCycles is the number of cycles of named types that are looked for.
	maxCycles = 20
	// maxQuoted is the number of bytes of the user's text that a message repeats.
	maxQuoted = 100
)

// problems collects the problems of one [Build].
type problems struct {
	list             diag.List
	errors, warnings int // found, listed or not
}

// errorf adds an error at a piece of text. The answer is for a hint and related places.
func (p *problems) errorf(code diag.Code, at Text, format string, args ...any) *diag.Diagnostic {
	p.errors++
	if p.errors > maxProblems {
		return &diag.Diagnostic{}
	}
	return p.list.Errorf(code, at.Span(), format, args...)
}

// warnf adds a warning at a piece of text.
func (p *problems) warnf(code diag.Code, at Text, format string, args ...any) *diag.Diagnostic {
	p.warnings++
	if p.warnings > maxProblems {
		return &diag.Diagnostic{}
	}
	return p.list.Warnf(code, at.Span(), format, args...)
}

// relate adds another place to a problem that is listed.
func relate(d *diag.Diagnostic, at Text, format string, args ...any) {
	if d.Code != "" {
		d.WithRelated(at.Span(), format, args...)
	}
}

// quote is a piece of the user's text for a message, cut when it is long.
func quote(s string) string { return strconv.Quote(cut(s)) }

// cut shortens a long text.
func cut(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	end := maxQuoted
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
