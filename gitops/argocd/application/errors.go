package application

import (
	"time"

	"github.com/krowave/krowave/render/diag"
)

// InvalidError says what is wrong with the files or the parameters of an application.
type InvalidError struct {
	Problems diag.List // sorted; errors only
	text     string
}

// Error starts with file:line:column: code: message. It is the same text for the same request, and of bounded length.
func (e *InvalidError) Error() string { return e.text }

// HeldError says which values only the cluster knows, and how to supply them.
type HeldError struct {
	Held []Held
	text string
}

// Error names each resource, each missing value and how to supply it. It is the same text for the same request, and of
// bounded length.
func (e *HeldError) Error() string { return e.text }

// DeadlineError says that the context ended before the answer was there.
type DeadlineError struct {
	During string  // the phase that did not end
	Phases []Phase // those before it, and the time spent in it
	Err    error   // of the context
}

// Error says where the time went.
func (e *DeadlineError) Error() string {
	text := "the time was up during " + e.During
	for _, p := range e.Phases {
		text += "; " + p.Name + " " + p.Took.Round(time.Second/10).String()
	}
	return text
}

// Unwrap is the error of the context.
func (e *DeadlineError) Unwrap() error { return e.Err }
