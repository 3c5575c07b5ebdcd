//go:build crashpoints

package main

import (
	"os"
	"syscall"
)

// crash ends the process, as kill -9 does, before the first write whose name is in the variable KROWAVE_CRASH. Only a binary
// that tests build has it.
func crash() func(string) {
	at := os.Getenv("KROWAVE_CRASH")
	return func(point string) {
		if point == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal arrives
		}
	}
}
