// Package decision says what the next artifact of a GraphArtifact contains.
//
// In: the complete objects of a render in apply order, the held nodes, the inventory, the manifests of the last artifact,
// and what is known of the cluster. Out: the manifests of the next artifact, the inventory to write before it is published,
// and what is waited for and why.
//
// The artifact grows as the objects that others need become ready, and shrinks in reverse order when Git gives something
// up (docs/explanation/ordering-in-flux.md). What Git wants and was delivered never leaves it: the consumer would delete
// it. An object of which nothing is known is neither ready nor gone.
//
// The package does no I/O, knows no clock and keeps no state: equal inputs give equal decisions, and the order of the
// inventory and of held nodes does not matter. It never writes to its input; results share manifests with it. Decide is
// safe for concurrent use.
package decision
