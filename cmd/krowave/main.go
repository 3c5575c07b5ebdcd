// Command krowave renders kro's ResourceGraphDefinitions from files, offline.
//
// Data goes to standard output and everything else to standard error. Colour is used
// only on a terminal and never when NO_COLOR is set. The exit codes are
//
//	0  done, and nothing to say
//	1  the tool failed: a flag is wrong, a path does not exist, output could not be written
//	2  the input is invalid
//	3  changes or drift were found; an error outranks a difference
//
// The command reads arguments and files, calls package render, and writes text. It
// decides nothing about the language. docs/reference/command.md has every command and flag.
package main

import "os"

func main() {
	s := outside(terminals{out: isTerminal(os.Stdout), err: isTerminal(os.Stderr)})
	postponeGC(s.env)
	os.Exit(run(os.Args[1:], s))
}

// outside are the streams and the environment of this process.
func outside(t terminals) streams {
	return streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, terminal: t}
}
