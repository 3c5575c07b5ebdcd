// Package examples holds RGDs and instances for people to read and render, and the test that keeps them true.
//
// In: the directories beside this file. Out: test failures, and with -update each rendered.yaml. The example's files are rendered by
// the command itself, with the CRD excerpts that they bring and with the real CRDs where those can be had. It holds
// tests only.
package examples
