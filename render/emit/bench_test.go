package emit_test

import (
	"io"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/emit"
)

// deployment is an object as platform teams write them, with the strings that cost most:
// quoted numbers, an expression-like annotation and a script.
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: shop
  labels: {app.kubernetes.io/name: checkout, app.kubernetes.io/version: "1.27", app.kubernetes.io/managed-by: krowave}
  annotations: {example.com/owner: "team: payments", example.com/enabled: "true", example.com/limits: '{"cpu":"2","memory":"4Gi"}'}
spec:
  replicas: 3
  selector: {matchLabels: {app.kubernetes.io/name: checkout}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {app.kubernetes.io/name: checkout}}
    spec:
      serviceAccountName: checkout
      containers:
      - name: app
        image: registry.example.com/shop/checkout:1.27.3
        args: [--port=8080, --log-level=info]
        env:
        - {name: PORT, value: "8080"}
        - {name: DEBUG, value: "false"}
        - {name: DATABASE, valueFrom: {secretKeyRef: {name: checkout-db, key: url}}}
        ports: [{name: http, containerPort: 8080, protocol: TCP}]
        readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
        resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
        lifecycle: {preStop: {exec: {command: [sh, -c, "set -e\nsleep 5\nkill -TERM 1\n"]}}}
      volumes:
      - {name: config, configMap: {name: checkout}}
`

// BenchmarkYAML compares with sigs.k8s.io/yaml, which kubectl uses, object for object: the ratio of the
// two is what counts.
func BenchmarkYAML(b *testing.B) {
	objects := fleet(b)
	b.Run("krowave", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := emit.YAML(io.Discard, objects); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sigs", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, object := range objects {
				if _, err := yaml.Marshal(object); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkJSON writes the same objects as one List.
func BenchmarkJSON(b *testing.B) {
	objects := fleet(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := emit.JSON(io.Discard, objects); err != nil {
			b.Fatal(err)
		}
	}
}

func fleet(tb testing.TB) []map[string]any {
	tb.Helper()
	objects := make([]map[string]any, 100)
	for i := range objects {
		if err := yaml.Unmarshal([]byte(deployment), &objects[i]); err != nil {
			tb.Fatal(err)
		}
	}
	return objects
}

// TestAllocations: what is common in manifests costs no memory of its own.
func TestAllocations(t *testing.T) {
	objects := fleet(t)
	perObject := testing.AllocsPerRun(10, func() {
		if err := emit.YAML(io.Discard, objects); err != nil {
			t.Error(err)
		}
	}) / float64(len(objects))
	if perObject > 10 {
		t.Errorf("%.0f allocations an object, want at most 10", perObject)
	}
}
