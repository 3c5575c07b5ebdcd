// Package facts holds what krowave takes for granted about Argo CD against Argo CD itself: the order of kinds within
// a wave, which kinds have no health check, and what Argo CD makes of generated health checks.
//
// In: the files in which the main module has these facts, and Argo CD's own packages and sources. Out: test failures
// where the two differ. It holds tests only and starts no server.
package facts
