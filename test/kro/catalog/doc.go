// Package catalog compares the schemas that krowave knows offline with those that
// kro finds in a cluster.
//
// In: the OpenAPI documents of Kubernetes and some CRDs. Out: test failures. On kro's
// side stand its own resolver and the API server's code that publishes CRDs. It holds
// tests only.
package catalog
