// Package plugin is the protocol between argocd-repo-server and a config management
// plugin: messages, client and server stubs, generated from plugin.proto.
//
// In and out: what a gRPC transport carries. The wire is that of Argo CD 2.14 to 3.6, in which it has not
// changed; its service is plugin.ConfigManagementPluginService. Argo CD's own stubs cost more than a thousand packages, so
// none of its code is imported: test/argocd shows with its unmodified clients that the two agree.
//
// The package holds no behaviour and never reads an upload: that is for package upload.
// Messages are not safe for concurrent changes; stubs are safe for concurrent use.
package plugin

//go:generate go run ./generate ../../../tools.mod plugin.proto
