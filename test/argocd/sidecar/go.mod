module github.com/krowave/krowave/test/argocd/sidecar

go 1.26.0
