// Package corpus makes cases of the RGDs that kro itself ships: its examples, its end-to-end
// suites and upgrade fixtures, and the code blocks of its documentation.
//
// In: the directory of the kro module. Out: cases in a fixed order, and a list of every
// document that is no case, with the reason, so that none disappears silently. It judges
// nothing: whether an RGD builds is the oracle's business.
package corpus
