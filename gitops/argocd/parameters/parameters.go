package parameters

import (
	"fmt"
	"strings"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Codes of problems with parameters, documented in docs/reference/argocd-parameters.md#problems.
const (
	CodeSyntax   diag.Code = "PAR001" // the list of parameters cannot be read
	CodeUnknown  diag.Code = "PAR002" // a parameter that does not exist
	CodeValue    diag.Code = "PAR003" // a value that the parameter cannot have
	CodeField    diag.Code = "PAR004" // a field that the instance cannot have
	CodeInstance diag.Code = "PAR005" // an instance that does not exist, or more than one
	CodeTwice    diag.Code = "PAR006" // a parameter or a field that is set twice
)

// HeldPolicy says what becomes of an application of which a resource is held.
type HeldPolicy string

// The policies.
const (
	// Fail refuses the application: what Argo CD applied before may be among what is held, and would be pruned.
	Fail HeldPolicy = "fail"
	// Hold delivers the rest.
	Hold HeldPolicy = "hold"
)

// Parameters are what an application asks for. What it does not ask for is zero, or as the comment says.
type Parameters struct {
	Mode render.Mode
	// Library, CRDs and Observed are clean paths from the root of the repository.
	Library, CRDs, Observed []string
	// Overrides are sorted by the name of the parameter.
	Overrides         []Override
	Wave              wave.Options
	Strict            bool
	KubernetesVersion string
	AllowEmpty        bool
	Held              HeldPolicy // Fail unless asked otherwise

	given map[string]bool
}

// Given reports that a parameter was given, so that it outranks what krowave.yaml says, also with its zero value.
func (p Parameters) Given(name string) bool { return p.given[name] }

// Override is the value of a field of an instance.
type Override struct {
	Parameter string // its name, as given
	// Kind, Namespace and Name are those of the instance. Kind and Name are empty for the only one; Namespace is
	// empty unless it was given.
	Kind, Namespace, Name string
	// Path leads from the object to the field. It begins with spec, and has map keys only.
	Path fieldpath.Path

	value value
}

// Error says what is wrong with the parameters.
type Error struct {
	Problems diag.List // sorted, all errors
}

// Error is one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, d := range e.Problems {
		at := d.Span.Start()
		lines[i] = fmt.Sprintf("%s:%d:%d: %s: %s", d.Span.Path(), at.Line, at.Column, d.Code, d.Message)
		if d.Hint != "" {
			lines[i] += "; " + d.Hint
		}
	}
	return strings.Join(lines, "\n")
}

// textOf is a text that messages name a parameter by.
func textOf(parameter, text string) *source.File {
	return source.NewFile("parameter "+printable(parameter), []byte(text))
}
