// Package readme keeps the pages that people try out first true.
//
// In: README.md and the pages of the examples. Out: test failures, and with -update the pages with what the commands print today. A block
// whose language is console is run, from the root of the repository: lines that start with "$ " are
// commands for the shell, what follows is everything that they print, and a line "…" stands for any lines. A block under
// a comment <!-- file: PATH --> is that file. Other blocks are not looked at. It holds tests only.
package readme
