// Package fetch reads the artifact of a Flux source into memory.
//
// In: what the status of a source says of its artifact, and an HTTP client. Out: the files of the artifact as an immutable
// fs.FS, or an [Error] with a [Reason]. The bytes are believed only if they have the digest that the source announces: SHA-256,
// SHA-384 or SHA-512. The digest is computed while reading, and a wrong one is reported before anything else that the
// bytes may have wrong.
//
// Everything is bounded: the bytes as sent and after decompression, the entries, the memory, and the time. What an archive
// may hold is said by package archive. Redirects are not followed, since no source of Flux sends them.
//
// The package keeps no state, writes nothing to disk and does not retry. Fetch is safe for concurrent use.
package fetch
