// Package simulation holds a model of delivery in which everything that can go wrong does: Git changes at any time, watches
// are late, the API fails, the controller dies between any two writes, storage is lost, the consumer fails half way,
// objects are recreated and values vanish. Only the decisions are real: package gitops/flux/decision.
//
// In: a seed. Out: a test failure with the shortest prefix of the schedule that breaks an invariant. It has no code of its
// own, no clock and no goroutines: a seed gives the same schedule on every machine.
package simulation
