package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
)

// problems prints a list for people, and a count behind it when something is wrong.
func problems(w io.Writer, list diag.List, style diag.Style) error {
	if err := diag.Print(w, list, style); err != nil || len(list) == 0 {
		return err
	}
	errs, warnings := list.Counts()
	_, err := fmt.Fprintln(w, counts(errs, warnings))
	return err
}

func counts(errs, warnings int) string {
	var parts []string
	if errs > 0 {
		parts = append(parts, plural(errs, "error"))
	}
	if warnings > 0 {
		parts = append(parts, plural(warnings, "warning"))
	}
	return strings.Join(parts, ", ")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// held prints what a result holds back, a line for each reason.
func held(w io.Writer, r *render.Result) error {
	var b strings.Builder
	nodes := 0
	for _, i := range r.Instances {
		for _, h := range i.Held {
			nodes++
			what := i.ID() + ": " + h.Address
			for _, wait := range h.Paths {
				fmt.Fprintf(&b, "%s: held: %s waits for %s\n", output.PlaceOf(wait.Span), what, wait.Path)
				if wait.Hint != "" {
					fmt.Fprintf(&b, "  hint: %s\n", wait.Hint)
				}
			}
			if len(h.After) > 0 {
				fmt.Fprintf(&b, "%s: held: %s comes after %s\n", output.PlaceOf(h.Span), what, strings.Join(h.After, ", "))
			}
		}
	}
	if nodes > 0 {
		fmt.Fprintf(&b, "%s held back until their values are known; --observed gives live objects\n", resources(nodes))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func resources(n int) string {
	if n == 1 {
		return "1 resource is"
	}
	return plural(n, "resource") + " are"
}
