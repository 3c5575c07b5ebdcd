// Package publish stores the artifacts of GraphArtifacts, serves them, and writes the ExternalArtifacts that name them.
//
// In: the manifests of an artifact in apply order. Out: a tar.gz in a directory of our own, one ExternalArtifact for it, and
// the bytes over HTTP.
//
// An artifact has one YAML file for each object and a kustomization.yaml that lists them; equal manifests give equal bytes on
// every machine. Its revision is latest@sha256:<digest of the files>, and does not depend on how they are packed. Its path is
// externalartifact/<namespace>/<name>/<the same digest>.tar.gz, as in the storage of Flux's own controllers.
//
// A file is complete or not there: it is written beside its place and renamed. What was read back has been checked against
// its digest; a [LostError] says that the file is missing or damaged, and that the artifact has to be published again. A file
// outlives its artifact for a while, since consumers fetch what they read of it some time before.
//
// Nothing outside of the directory is read, written or served, whatever a path says. The clock is handed in. A [Store] is safe
// for concurrent use; so is [External].
package publish
