// Package generator invents RGDs and instances.
//
// In: a seed. Out: a trial.Case, the same for the same seed on every machine: YAML text in
// which all features of the language are mixed at random, small enough to read. About a
// quarter of the cases is broken on purpose, each in one named way, and says where kro must
// refuse it. Every construct and every mutation is a row of a table, so that a suite can tell
// that all of them occur. It knows no schema and asks no engine: whether a case is valid is
// for them to say.
package generator
