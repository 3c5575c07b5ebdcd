// Package application is what one Argo CD Application comes to: its files and parameters in, its manifests out.
//
// In: a [Request], that is an immutable fs.FS with a digest, a path in it and the environment that Argo CD sends.
// Out: an [Answer] with one JSON object for each manifest, in the order in which to apply them, with sync waves; or
// announcements; or whether the path is ours at all. Errors are of three kinds: an [*InvalidError] is the user's, a
// [*HeldError] says what the cluster has to tell first, and everything else is ours or the machine's.
//
// An answer is all or nothing. It depends on the files, the parameters, the name of the application and its
// namespace alone: not on the version or the kinds of the cluster, which the source hydrator does not send, nor on
// what was rendered before. The same request gives the same bytes, and a wrong one the same text.
//
// What is compiled or rendered is kept, as far as the memory that [Options] allow it: compiled RGDs by their content,
// whole answers by the digest of the files. A render that nobody waits for any more ends by itself, and how many of
// those there can be is bounded.
//
// The package knows nothing of gRPC, reads no environment, clock or disk but those that it is handed, and logs nothing.
// A [Renderer] is safe for concurrent use.
package application
