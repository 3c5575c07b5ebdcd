// Package admission says what an API server would make of an object, without one.
//
// In: an object as plain JSON values and the schema of its kind. Out: for an
// instance of an RGD, by [Validator.Admit], the object that the API server would
// store, with defaults filled in and unknown fields dropped, and every reason for which
// it would refuse the object; for a rendered object, by [Checker.Check],
// warnings about what the API server would refuse.
//
// [Validator] follows the API server step by step: metadata, pruning, nulls,
// defaults, validation by the schema, list types, x-kubernetes-validations within the
// cost limits. kro itself does none of this (docs/compat/kro.md#admission). The steps run on
// compiled schemas of our own, because those of k8s.io/apiextensions-apiserver build
// their validators anew for each field of each object; the tests hold the two against
// each other. Rules in CEL run on the original.
//
// [Checker] is certain or silent. A built-in kind is decoded by the API server into
// Go structs, which takes more than its OpenAPI document says, so only what surely
// fails is reported: wrong types, numbers out of range, misspelt fields.
//
// What the API server adds on its own (uid, generation, times) is not added
// here, and dropped where a user wrote it: it is not known before the object exists.
// Nothing in this package changes its input, and an answer shares no memory with it.
// The package knows no expressions, no graph and no files; admission webhooks and policies of a
// cluster are out of its reach.
package admission
