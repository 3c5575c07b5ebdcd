// Package value holds what expressions see when they run: JSON data that knows its
// schema, and data of which only a part is known.
//
// In: plain JSON (map[string]any, []any, string, bool, int64, float64, nil), a
// [catalog.Schema], and what holds for fields that the data lacks ([Missing]). Out: CEL
// values ([Wrap], [Raw]), and JSON again ([ToJSON]). Wrapping copies nothing: a field
// is looked at when an expression asks for it. With a schema the values are those of
// the types that the expression was checked against, bytes and timestamps included;
// without one they are what JSON says (docs/compat/kro.md#values).
//
// JSON data may hold a *[types.Unknown] anywhere: a hole, a value that is not known yet.
// Reading a hole gives an unknown with the same reason, and [ToJSON] leaves holes where
// they are. A field that an object of which only the template is known does not
// set is unknown too, with its own path as the reason; [Paths] reads the reasons,
// [Waits] completes them to the paths that the expression wrote. [WrapKnown] is for an
// object that was observed in part. On data of which all is known a missing field is CEL's
// error; [Blame] then finds the paths without looking at its text.
//
//   - Selecting, has(), .?, in, indexing, && and ||, ternaries and comprehensions
//     look at parts, so that what can be decided is decided.
//   - A map or a list that the template sets is what the template says; only a key that it
//     lacks is unknown.
//   - A struct is never whole before it is observed, since the API server fills in
//     defaults: as a result, or where a function looks at all of it, it is unknown.
//
// Lists of schema and element type behave as in kro, its odd cases included: lists of
// x-kubernetes-list-type map and set merge, a property that is null is absent, and
// a typed list cannot take up map literals. Maps are iterated in the order of their keys.
//
// The package evaluates nothing and knows no CEL environment; package dialect does.
// All values are immutable and safe for concurrent use, and the data that they wrap
// must not change while they are in use.
package value
