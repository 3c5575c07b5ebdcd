package main

import (
	"runtime"
	"runtime/debug"
)

// startHeap is the heap at which the first garbage collection of a process begins, in
// percent of the 4 MB at which Go begins it: 32 MB.
const startHeap = 800

// postponeGC lets a process that renders a few files end without any garbage
// collection. Go would begin one at 4 MB, most of which packages have filled with tables
// before main runs, and would look through all of it in the few milliseconds that the process
// lives. After the first collection everything is as Go has it, so that a large render
// takes no more memory than without. Who sets GOGC decides alone.
func postponeGC(env func(string) (string, bool)) {
	if _, set := env("GOGC"); set {
		return
	}
	before := debug.SetGCPercent(startHeap)
	// Nothing refers to this value, so that the first collection finds it.
	first := new(*byte)
	runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, before)
}
