// Package typing joins the schemas of Kubernetes kinds with the types of CEL.
//
// In: [catalog.Schema] trees, and templates as [source.Node] trees. Out: a [Registry]
// that CEL's type checker asks for fields, the verdict whether the value of an
// expression fits a field ([Registry.Compatible]), the schema of a status that
// expressions make ([Registry.StatusSchema]), and the problems and expressions of a template held
// against the schema of its kind ([Walk]). The rules are kro's: docs/compat/kro.md#types.
//
// Schemas become types one field at a time, when somebody asks: a kind has thousands
// of fields, of which an RGD selects a handful. The types of a variable x are named
// __type_x, with .field for a field, .@idx for the items of a list and .@elem for the
// values of a map; [Text] is the name for people.
//
// The package neither finds nor compiles expressions, and knows nothing of resources
// and their order. A Registry is safe for concurrent use once its variables are declared.
package typing
