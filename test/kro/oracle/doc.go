// Package oracle answers, with kro's own packages and no cluster, what kro does with a case.
//
// In: a trial.Case. Out: a trial.Result, the same for the same case except where kro itself
// is random (which of several errors it reports first). kro's builder and runtime are called
// as its controller calls them; the API server around them is played by its own libraries:
// defaulting, pruning and validation of RGDs, CRDs and instances, and the schemas that it
// would publish. It never applies anything, and knows no clock: an instance has the uid that
// its file gives it, or none.
//
// The rules it stands for are listed in docs/compat/kro.md.
package oracle
