// Package simpleschema turns kro's SimpleSchema into the structural schema that
// becomes properties.spec of the generated CRD.
//
// In: the YAML trees of spec.schema.spec and spec.schema.types. Out: a [Built] with
// the schema and with an [Origin] that leads from any path of the schema back to the
// user's text, and all problems of all fields at once.
//
// The work has three steps, one way: [source.Node] trees are parsed into
// declarations (type grammar in types.go, marker state machine in tokenizer.go),
// named types are put in the order of their dependencies (named.go), and schemas
// are built (build.go, apply*.go) and checked to be JSON (encode.go).
//
// Invariants: what kro accepts is accepted and gives the same schema, what kro
// refuses is refused (docs/compat/kro.md#simpleschema, where the few differences
// are listed); the result depends on the two trees alone; every span lies inside
// the file. The package compiles no CEL and does not judge whether the API server
// would take the schema; package crd does that.
package simpleschema
