package hydrate

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// The bounds of a text that goes into a condition.
const (
	maxProblems  = 20
	maxLineRunes = 600
	maxTextBytes = 8 << 10
)

// InvalidError says what is wrong with the files.
type InvalidError struct {
	// Problems are errors only, sorted.
	Problems diag.List
	text     string
}

// Error starts with file:line:column: code: message. It is the same text for the same input, and of bounded length.
func (e *InvalidError) Error() string { return e.text }

// invalid is the error for problems; the list has some errors.
func invalid(list diag.List) *InvalidError {
	e := &InvalidError{}
	var lines []string
	size, skipped := 0, 0
	for _, d := range list.Sorted() {
		if d.Severity != diag.Error {
			continue
		}
		e.Problems = append(e.Problems, d)
		text := lineOf(d)
		if len(e.Problems) > maxProblems || size > 0 && size+len(text) > maxTextBytes {
			skipped++
			continue
		}
		size += len(text)
		lines = append(lines, text)
	}
	if skipped > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", skipped))
	}
	e.text = strings.Join(lines, "\n")
	return e
}

// lineOf is a problem: file:line:column: code: message, and below it what to do.
func lineOf(d diag.Diagnostic) string {
	line := string(d.Code) + ": " + d.Message
	if at := positionOf(d.Span); at != "" {
		line = at + ": " + line
	}
	line = clipped(line)
	if d.Hint != "" {
		line += "\n  hint: " + clipped(asFields(d.Hint))
	}
	for _, other := range d.Related {
		line += "\n  " + clipped(positionOf(other.Span)+": "+other.Message)
	}
	return line
}

// asFields is a hint of the engine, which speaks to users of the command, in the words of a GraphArtifact.
func asFields(hint string) string {
	return strings.NewReplacer(
		"--rgds", "spec.rgds", "--strict", "spec.render.strict", "--allow-empty", "spec.render.allowEmpty",
		"--crds", "crds of krowave.yaml", "--observed", "observed of krowave.yaml",
	).Replace(hint)
}

func positionOf(s source.Span) string {
	if p := s.Start(); p.Line > 0 {
		return fmt.Sprintf("%s:%d:%d", s.Path(), p.Line, p.Column)
	}
	return s.Path()
}

func clipped(line string) string {
	line = strings.ReplaceAll(strings.ReplaceAll(line, "\r", " "), "\n", " ")
	if utf8.RuneCountInString(line) > maxLineRunes {
		line = string([]rune(line)[:maxLineRunes]) + "…"
	}
	return strings.ToValidUTF8(line, "\uFFFD")
}

// duplicates reports objects that come about twice: the consumer would refuse them all.
func duplicates(result *render.Result) diag.List {
	var diags diag.List
	seen := map[string]render.Object{}
	for _, o := range result.Objects {
		id := identify(o.Value)
		if id.name == "" {
			continue
		}
		first, dup := seen[id.String()]
		if !dup {
			seen[id.String()] = o
			continue
		}
		diags.Errorf(diag.EvaluationDuplicate, o.At.Span(), "%s makes %s %s, which %s makes too",
			maker(result, o), id.kind.Kind, id.name, maker(result, first)).
			WithRelated(first.At.Span(), "the first one is made here")
	}
	return diags
}

// maker says what an object comes from.
func maker(result *render.Result, o render.Object) string {
	switch {
	case o.Instance < 0:
		return "a file"
	case o.Node == "":
		return "the instance " + result.Instances[o.Instance].ID()
	}
	return "the resource " + o.Node + " of " + result.Instances[o.Instance].ID()
}
