// Package argocd drives krowave's plugin server with the unmodified client code of Argo CD 2.
//
// In: the plugin server and an echo server, built from the main module and started as processes on sockets. Out: test
// failures where what Argo CD sends, or makes of an answer, is not what package plugin and cmd/cmp-server take it to
// be. It holds tests only, in a module of its own: the libraries that Argo CD needs must not enter the product.
package argocd
