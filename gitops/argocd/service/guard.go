package service

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/krowave/krowave/gitops/argocd/application"
)

// panicError is a defect of ours, caught.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// guard turns a panic of f into an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: debug.Stack()}
		}
	}()
	return f()
}

// defect is what a panic said and where, if an error is one that was caught here or by the renderer.
func defect(err error) (value any, stack []byte) {
	if p, ok := errors.AsType[*panicError](err); ok {
		return p.value, p.stack
	}
	if p, ok := errors.AsType[*application.PanicError](err); ok {
		return p.Value, p.Stack
	}
	return nil, nil
}
