package archive

import (
	"errors"
	"fmt"
	"io"
	"strconv"
)

// RejectedError says why an archive is refused: what was sent is at fault, and sending it again does not help.
type RejectedError struct {
	// Name is the entry of the archive that is at fault; "" when it is the archive as a whole. It is as
	// the sender wrote it, so it may hold anything.
	Name string
	// Reason says what is wrong.
	Reason string
	// TooLarge says that the archive is within no rule but that of its size: it exceeds one of the Limits.
	TooLarge bool
	// Err is the cause where another package found it.
	Err error
}

// Error is one line: the name, if there is one, and the reason.
func (e *RejectedError) Error() string {
	if e.Name == "" {
		return e.Reason
	}
	return Shown(e.Name) + ": " + e.Reason
}

// Unwrap returns Err.
func (e *RejectedError) Unwrap() error { return e.Err }

func rejectf(name, format string, args ...any) *RejectedError {
	return &RejectedError{Name: name, Reason: fmt.Sprintf(format, args...)}
}

// exceedf is a refusal for size.
func exceedf(name, format string, args ...any) *RejectedError {
	return &RejectedError{Name: name, Reason: fmt.Sprintf(format, args...), TooLarge: true}
}

// refusal says in our words why the bytes of an archive cannot be read.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if rejected, ok := errors.AsType[*RejectedError](err); ok {
		return rejected
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &RejectedError{Reason: "the archive is cut short", Err: io.ErrUnexpectedEOF}
	}
	return &RejectedError{Reason: "the archive cannot be read: " + err.Error(), Err: err}
}

// maxShown is how many bytes of a sender's text a message repeats.
const maxShown = 200

// Shown is a sender's text in a message: plain where it is harmless, quoted where it holds what a line cannot, and cut
// where it is long.
func Shown(text string) string {
	rest := ""
	if len(text) > maxShown {
		text, rest = text[:maxShown], "…"
	}
	if quoted := strconv.Quote(text); text == "" || quoted != `"`+text+`"` {
		return quoted + rest
	}
	return text + rest
}
