package application

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/krowave/krowave/render/diag"
)

// CodeHeld is the code of a resource that waits for a value that is not supplied, documented in
// docs/reference/argocd-parameters.md#problems.
const CodeHeld diag.Code = "HLD001"

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
	var parts []string
	for _, p := range e.Phases {
		if took := p.Took.Round(precision); took > 0 {
			parts = append(parts, p.Name+" "+took.String())
		}
	}
	text := fmt.Sprintf("%v during %s", e.Err, e.During)
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// precision is that of times in errors: Argo CD writes them into the Application, and shall not do so for a millisecond.
const precision = 100 * time.Millisecond

// Unwrap is the error of the context.
func (e *DeadlineError) Unwrap() error { return e.Err }

// PanicError is a defect of this program that some input has shown.
type PanicError struct {
	Value any
	Stack []byte // for logs, never for the user
}

// Error is the value that was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Guard calls f and turns a panic of it into a [*PanicError].
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
