// Package simulation holds models of delivery in which everything that can go wrong does, one for each engine: Git changes at any
// time, watches are late, the API fails, programs die, objects are recreated and values vanish.
//
// In [TestSimulation] the controller serves Flux: it dies between any two writes, its storage is lost, and the Kustomization fails half
// way. Real are the decisions, package gitops/flux/decision. In [TestSimulationOfArgoCD] the plugin serves Argo CD, which keeps manifests by
// the commit, applies wave by wave, prunes what a render lacks, and has nothing of a render that fails. Real are the render with its
// Observations and what the plugin makes of them, packages gitops/argocd/application and gitops/argocd/feedback.
//
// In: a seed. Out: a test failure with the shortest prefix of the schedule that breaks an invariant: what Git wants is never pruned, what
// was delivered is never held away, everything is delivered in the end, and no value of a Secret is anywhere. It has no code of its
// own, no clock and no goroutines: a seed gives the same schedule on every machine.
package simulation
