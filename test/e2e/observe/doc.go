// Package observe runs the observer against a real API server, with real custom kinds whose status the test writes.
package observe
