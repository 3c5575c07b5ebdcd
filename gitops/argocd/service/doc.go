// Package service answers argocd-repo-server: it is the gRPC server of the plugin socket.
//
// In: uploads on a Unix socket, as package upload reads them. Out: what package application
// renders them to, or one gRPC status whose text is the user's; a log line for each request, metrics and,
// where a tracer is given, spans. Rendering itself is behind [Renderer].
//
// What holds for every request:
//
//   - It is answered 100 ms before the caller gives up, with the time that each phase took. A caller
//     without a deadline gets [Options].Timeout.
//   - The upload is read to its end before anything is answered, since a client that is still sending sees no
//     other answer than that its stream broke. Only the deadline goes before that.
//   - It waits for its turn, first come first served, and is never turned away for load: Argo CD
//     keeps errors for an hour.
//   - Requests that ask for the same thing at the same time share one render. It goes on as long as one of
//     them waits for it.
//   - Of uploads with the same checksum one is unpacked and kept; the others are verified and thrown away.
//   - Whoever has connected is served, also when the server stops meanwhile: Argo CD's client waits for ever for a
//     connection that closes before it has seen it ready.
//   - A panic fails the requests that share the render, with the input's digest, and nobody else.
//
// The package never writes an upload to disk, never forks, never reads the environment of the
// process, and never puts what an error says anywhere but into the answer and the log. A [Service] is
// safe for concurrent use.
package service
