// Package fidelity holds what krowave says about an API server against a running one: the embedded
// kinds and their schemas, the CRDs that it generates, what becomes of an instance on admission, and whether rendered
// objects are accepted.
//
// In: a control plane that the test starts, and the archives and examples of the product. Out: test failures that name
// the kind or the archive. Whatever differs on purpose is a row of a table here, with its reason; a row that no longer
// applies is a failure too. It holds tests only.
package fidelity
