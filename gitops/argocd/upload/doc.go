// Package upload reads what argocd-repo-server sends of a repository into memory.
//
// In: the messages of one call, the metadata first and then a tar compressed with gzip in pieces.
// Out: an [Upload] with a [Tree], which is an immutable fs.FS, or an error.
// A [RejectedError] is the sender's doing and says in one line what is wrong; every other error is the transport's.
//
// Drained first. [Receive] reads the stream to its end before it answers, whatever it finds: a client that is
// still sending when the answer comes tells its user "error sending stream: EOF" in place of the message. Only the
// stream's own end, or its context, ends a call.
//
// What is refused. What package archive refuses, a size or checksum that is not the announced one, and messages out of
// order. The error depends on the bytes alone, never on how they were cut into pieces.
//
// Memory is bounded by Limits.Kept. Nothing is written to disk.
//
// The package starts no goroutine and reads no clock. A Tree is safe for concurrent use.
package upload
