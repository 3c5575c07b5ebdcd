// Package watch keeps what is asked of live objects, and nothing else.
//
// In: a cluster, and who asks for what: an object by its name, or those that a selector chooses, as one identity, and field paths. Out:
// answers from memory (Look), and a call when an answer has changed (Options.Notify).
//
// One watch of the API serves all who ask for a kind in a namespace as the same identity; it starts with the first of them and ends
// with the last. An object that nobody asks for is forgotten as it arrives, of the others the fields that were asked for, the
// identity and the verdict of package readiness are kept. Of Secrets the API is only asked for metadata. Nothing is
// polled: a kind that does not exist is looked for when a CustomResourceDefinition changes and, since not all kinds have one, ever more
// rarely; what is forbidden is tried again as client-go's reflectors do.
//
// The package never writes to the cluster, keeps nothing behind the process, and does not know Observations. It is safe for
// concurrent use.
package watch
