// Package upload reads what argocd-repo-server sends of a repository into memory.
//
// In: the messages of one call, the metadata first and then a tar compressed with gzip in pieces; or, for a
// render without a server, a file system. Out: an [Upload] with a [Tree], which is an immutable fs.FS, or an error.
// A [RejectedError] is the sender's doing and says in one line what is wrong; every other error is the transport's, or that of
// reading the file system.
//
// Drained first. [Receive] reads the stream to its end before it answers, whatever it finds: a client that is
// still sending when the answer comes tells its user "error sending stream: EOF" in place of the message. Only the
// stream's own end, or its context, ends a call.
//
// What is kept. Rendering needs YAML and JSON (.yaml, .yml, .json) up to [Limits].File bytes, and what a
// kustomization may refer to: other files of at most 1 MiB, as no object of Kubernetes holds more, in or below a
// directory with a kustomization file. Nothing below .git is in the tree. Every other file is there with its name
// and size, and opening it says why it has no content: nothing vanishes in silence that a render could ask for.
//
// What is refused. Names that are absolute or have an element "..", names that occur twice, symbolic links and hard
// links that leave the tree, devices and pipes, archives that are cut short, damaged or followed by other data, a
// size or checksum that is not the announced one, messages out of order, and whatever exceeds [Limits]. The
// error depends on the bytes alone, never on how they were cut into pieces.
//
// Memory is bounded by Limits.Kept, which counts contents, names and directories. Nothing is written to disk.
// Symbolic links are followed inside the tree when a path is opened, and never lead out of it.
//
// The package starts no goroutine and reads no clock. A Tree is safe for concurrent use.
package upload
