package fetch

import "fmt"

// Reason says why an artifact cannot be fetched.
type Reason string

// The reasons.
const (
	// BadArtifact is a status that cannot be fetched by: no URL of HTTP, or no digest that is known.
	BadArtifact Reason = "BadArtifact"
	// Unreachable is a server that does not answer, or answers with an error.
	Unreachable Reason = "Unreachable"
	// NotFound is an artifact that the server does not have, usually since a newer one took its place.
	NotFound Reason = "NotFound"
	// Truncated is an answer that ends too early.
	Truncated Reason = "Truncated"
	// WrongDigest is an answer of other bytes than the announced ones.
	WrongDigest Reason = "WrongDigest"
	// TooLarge is an artifact that exceeds one of the Limits.
	TooLarge Reason = "TooLarge"
	// BadArchive is an artifact that has the announced bytes, and is no archive that may be read.
	BadArchive Reason = "BadArchive"
	// TooSlow is an answer that did not come within the time.
	TooSlow Reason = "TooSlow"
)

// Error says why the artifact of a URL cannot be had.
type Error struct {
	// Reason is the kind of the failure.
	Reason Reason
	// URL is that of the artifact, without a password.
	URL string
	// Message says in one line what is wrong.
	Message string
	// Err is the cause where another package found it; it may be nil.
	Err error
}

// Error is one line.
func (e *Error) Error() string { return fmt.Sprintf("fetch %s: %s", e.URL, e.Message) }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retry says whether the same artifact may be had later. What its bytes or its status have wrong does not go away by itself.
func (e *Error) Retry() bool {
	switch e.Reason {
	case Unreachable, NotFound, Truncated, WrongDigest, TooSlow:
		return true
	case BadArtifact, TooLarge, BadArchive:
		return false
	}
	return false
}
