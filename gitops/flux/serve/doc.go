// Package serve gives the artifacts of a directory to those who fetch them.
//
// In: the directory in which package publish keeps artifacts, and a listener. Out: an HTTP server that answers GET and HEAD
// for artifacts, with conditions and ranges, and nothing else: no index, no file that is still being written, nothing through
// a symbolic link, nothing outside of the directory. It has no password, as no artifact server of Flux has one: no artifact
// holds a value of a Secret.
//
// Everything that a client can make wait has a limit of time. A Handler is safe for concurrent use, also while artifacts come
// and go: one that is being sent is sent to its end.
package serve
