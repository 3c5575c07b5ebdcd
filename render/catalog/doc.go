// Package catalog knows kinds: for a group, version and kind it answers the
// schema, whether objects of it live in a namespace, and the plural name.
//
// In: the built-in kinds of several Kubernetes minors, embedded ([Builtin]);
// CustomResourceDefinitions ([ReadCRD], [FromCRD]); kinds exported from a
// cluster ([DecodeBundle]); OpenAPI v3 documents ([FromDocument]). Out: a
// [Catalog], in which what is added later shadows what was there, and [Schema]s
// that look the same wherever they come from.
//
// A kind's schema is the one that an API server publishes in its OpenAPI v3 document
// and that kro sees: references are replaced by what they refer to, without the
// default and the description beside them; a type inside itself is an empty
// object; a CRD carries the full metadata (docs/compat/kro.md#schemas). Kinds are
// those that have a resource of their own: DeploymentList, DeleteOptions and the
// kinds of subresources are not among them.
//
// The built-in kinds lie in builtin/kubernetes.bin, made by the program in
// generate from the documents of the Kubernetes source. Equal parts of schemas are stored
// once for all minors, which makes the file so small that it is not compressed:
// a kind is read where it lies, and reading one reads nothing else.
//
// Nothing here is ever guessed: a kind that nobody described is not in the
// catalogue. The package does no I/O and validates no objects; a CRD is read as far as
// its kinds need, not checked as an API server would. Catalogs, Kinds and Schemas are
// immutable and safe for concurrent use.
package catalog

//go:generate go run ./generate builtin
