// Package hydrate renders the files of a source for a GraphArtifact.
//
// In: an immutable fs.FS with a digest, a path in it, render options, and what is known of the cluster. Out: a Rendering, that
// is the complete objects as package decision takes them, with what each of them needs, the held nodes, and the Observations
// that say what the next render needs to know. What the user has to mend is an *InvalidError whose text starts with
// file:line:column; everything else is ours.
//
// The result depends on the files, the options and what is known, and on nothing else: the package reads no clock, contacts
// no cluster and logs nothing. What was read and compiled is kept by content, as many inputs as Options allow, so that a
// value that arrives costs a render and no more. A Renderer is safe for concurrent use.
package hydrate
