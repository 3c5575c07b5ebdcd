// Package archive reads the files of a repository into memory, out of an archive that anybody may have sent.
//
// In: the bytes of a tar compressed with gzip, or a file system. Out: a [Tree], which is an immutable fs.FS, or an error. A
// [RejectedError] says in one line what is wrong with the archive; every other error is that of the reader or of the file
// system.
//
// What is kept. Rendering needs YAML and JSON (.yaml, .yml, .json) up to [Limits].File bytes, and what a
// kustomization may refer to: other files of at most 1 MiB, as no object of Kubernetes holds more, in or below a
// directory with a kustomization file. Nothing below .git is in the tree. Every other file is there with its name
// and size, and opening it says why it has no content: nothing vanishes in silence that a render could ask for.
//
// What is refused. Names that are absolute or have an element "..", names that occur twice, symbolic links and hard
// links that leave the tree, devices and pipes, archives that are cut short, damaged or followed by other data, and
// whatever exceeds [Limits]. The error depends on the bytes alone, never on how they were cut into pieces.
//
// Memory is bounded by Limits.Kept, which counts contents, names and directories. Nothing is written to disk.
// Symbolic links are followed inside the tree when a path is opened, and never lead out of it.
//
// The package starts no goroutine and reads no clock. A Tree is safe for concurrent use.
package archive
