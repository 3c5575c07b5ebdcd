// Package feedback tells the plugin what the cluster knows of the Applications that it renders: it keeps the Observations of a
// cluster, as a watch sends them.
//
// In: a way to an API server, and the right to read Observations there. Out: for an Application the values that are known and
// what was delivered of it, as an [application.Snapshot].
//
// What holds:
//
//   - An answer is of a cache that has seen everything and hears of every change. While it has not, or the server cannot be reached,
//     there is no answer: what nobody has told might have been delivered, and would be pruned.
//   - Before something is held, the Observations that it depends on are read once more, past the watch, which tells of a change some time after it
//     was made: what was delivered a moment ago would be pruned.
//   - An Observation belongs to the Application that Argo CD has applied it for.
//   - What was delivered of an instance includes what was delivered of the instances that are nested in it.
//
// The package never writes to the cluster, reads no kind but Observations, and keeps of them only what a render reads. A
// [Cache] is safe for concurrent use.
package feedback
