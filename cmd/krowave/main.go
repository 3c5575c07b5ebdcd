// Command krowave renders kro's ResourceGraphDefinitions from files, offline.
//
// Data goes to standard output and everything else to standard error. Colour is used
// only on a terminal and never when NO_COLOR is set. The exit codes are
//
//	0  done, and nothing to say
//	1  the tool failed: a file could not be read or written, a flag is wrong
//	2  the input is invalid
//	3  changes or drift were found; an error outranks a difference
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, color: isTerminal(os.Stderr)}))
}
