// Package order measures how long an ordered delivery takes from a commit to the cluster.
//
// In: the built servers and the product's source. Out: a benchmark's numbers, krowave and a named peer side by side in
// one run: Flux's own dependsOn for the order alone, kro's own controller for values that only the cluster knows. Of
// times only the ratios mean something on another machine, and they alone are held. It holds benchmarks only:
//
//	go test -run '^$' -bench . -benchtime 1x -timeout 30m ./bench/order
package order
