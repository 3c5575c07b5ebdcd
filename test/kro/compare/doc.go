// Package compare finds the differences between two answers to one case.
//
// In: a case and two engines, kro's oracle and the engine under test. Out: differences, each
// with what kro says, what the engine says, and the id of its explanation if it is intended.
// An explanation is a row of docs/compat/kro.md; nothing else makes a difference acceptable.
// Where kro itself is random, any of its answers will do. It computes no answer of its own.
package compare
