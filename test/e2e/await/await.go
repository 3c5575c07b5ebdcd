// Package await waits for what other processes do, without ever waiting for longer than it has to.
//
// In: a question that can be asked again and again. Out: nothing once the answer is yes; a failed test
// with the last answer in words when the deadline passes first. It never sleeps for a fixed time.
package await

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// Deadlines. They are long because they only matter when something is broken, and machines are slow and busy.
const (
	Short = time.Minute     // one step of one process
	Long  = 2 * time.Minute // several processes have to do several things
)

// often is how long to leave the others alone between two questions.
const often = 100 * time.Millisecond

// True asks until the answer is yes. The question's text is for the failure: what is waited for, and
// what was seen last.
func True(tb testing.TB, what string, within time.Duration, ask func() (done bool, seen string)) {
	tb.Helper()
	seen := "nothing"
	err := wait.PollUntilContextTimeout(tb.Context(), often, within, true, func(context.Context) (bool, error) {
		done, text := ask()
		if text != "" {
			seen = text
		}
		return done, nil
	})
	if err != nil {
		tb.Fatalf("waited %s for %s; last seen: %s", within, what, seen)
	}
}
