// Package refresh makes Argo CD render an Application again when a value that its render reads has changed.
//
// In: Observations, each time when somebody has looked at one. Out: the annotation argocd.argoproj.io/refresh: hard on the
// Application that an Observation belongs to, and on the Observation the digest of the values that this was for. Argo CD keeps manifests by
// the commit, so that without this a value would be used with the next commit and not before.
//
// Argo CD then compares again. An automated sync of the commit that was synced last needs selfHeal in the Application.
//
// What holds:
//
//   - One request stands for all values of an Application that change within [Options].Delay, and two requests for one Application are at
//     least [Options].Interval apart. The last value is never lost.
//   - The digest is written after the request. Whoever dies in between requests once more; values that were asked
//     for already are not asked for again, also not after a restart.
//   - Times, readiness and resource versions are no values: what nobody's expression reads requests nothing.
//
// The package never reads an Application, and writes nothing but these two annotations. A [Requester] is safe for concurrent
// use.
package refresh
