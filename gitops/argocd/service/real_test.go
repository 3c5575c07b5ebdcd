package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/render/input"
)

// twenty are the files of an application of 20 objects: a CRD, 18 resources and an instance.
func twenty() map[string]string {
	var b strings.Builder
	b.WriteString(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema:
    apiVersion: v1alpha1
    kind: App
    spec:
      image: string
      replicas: integer | default=2
  resources:
`)
	for i := range 9 {
		fmt.Fprintf(&b, `    - id: config%[1]d
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${schema.metadata.name}-%[1]d"}
        data: {image: "${schema.spec.image}"}
    - id: deployment%[1]d
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "${schema.metadata.name}-%[1]d"}
        spec:
          replicas: ${schema.spec.replicas}
          selector: {matchLabels: {app: "${schema.metadata.name}-%[1]d"}}
          template:
            metadata: {labels: {app: "${schema.metadata.name}-%[1]d"}}
            spec:
              containers:
                - name: main
                  image: ${schema.spec.image}
                  envFrom: [{configMapRef: {name: "${config%[1]d.metadata.name}"}}]
`, i)
	}
	return map[string]string{
		"app/rgd.yaml": b.String(),
		"app/app.yaml": "apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: shop, namespace: prod}\nspec: {image: registry.example.com/shop:1}\n",
	}
}

// genuine serves with a renderer as the command has it.
func genuine(t *testing.T) *server {
	t.Helper()
	limits := input.DefaultLimits()
	limits.Values = 10_000                                                          // so that a test can exceed it in no time
	r, err := application.New(application.Options{Clock: time.Now, Limits: limits}) //nolint:forbidigo // as the command does
	if err != nil {
		t.Fatal(err)
	}
	return start(t, Options{Renderer: r, TreeBytes: mebibyte}, Listen{})
}

// TestReal: answers and errors of the renderer reach the caller as they are.
func TestReal(t *testing.T) {
	t.Parallel()
	s := genuine(t)
	c := s.client()
	for range 2 {
		manifests, err := pack(t, "app", twenty(), nil).generate(t.Context(), c)
		if err != nil || len(manifests) != 20 || !strings.HasPrefix(manifests[0], "{") {
			t.Errorf("%d manifests, %v; want 20 JSON objects", len(manifests), err)
		}
	}
	if hit, miss := s.value("krowave_cmp_answers_total", "hit"), s.value("krowave_cmp_answers_total", "miss"); hit != 1 || miss != 1 {
		t.Errorf("%v answers kept and %v made, want one of each", hit, miss)
	}
	if kept := s.value("krowave_cmp_cache_bytes", "programs"); kept == 0 {
		t.Error("nothing compiled is kept")
	}

	wrong := twenty()
	wrong["app/app.yaml"] = strings.ReplaceAll(wrong["app/app.yaml"], "image: registry.example.com/shop:1", "image: [1]")
	_, err := pack(t, "app", wrong, nil).generate(t.Context(), c)
	if got := status.Convert(err); got.Code() != codes.InvalidArgument || !strings.HasPrefix(got.Message(), "app/app.yaml:4:") || strings.HasSuffix(got.Message(), "\n") {
		t.Errorf("%v, want InvalidArgument that starts with the place", err)
	}

	held := twenty()
	held["app/rgd.yaml"] = strings.Replace(held["app/rgd.yaml"], `data: {image: "${schema.spec.image}"}`, `data: {image: "${string(deployment1.status.replicas)}"}`, 1)
	_, err = pack(t, "app", held, nil).generate(t.Context(), c)
	if got := status.Convert(err); got.Code() != codes.FailedPrecondition || !strings.Contains(got.Message(), "deployment1.status.replicas") {
		t.Errorf("%v, want FailedPrecondition that names the missing path", err)
	}
}
