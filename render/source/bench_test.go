package source_test

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/source"
)

// instances are the texts of n small instances, as a repository holds them.
func instances(n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = fmt.Appendf(nil, `apiVersion: kro.run/v1alpha1
kind: WebApp
metadata:
  name: shop-%d
  namespace: prod
  labels:
    team: payments
    tier: "gold"
spec:
  image: ghcr.io/acme/shop:1.4.2
  replicas: 3
  env:
    LOG_LEVEL: info
    URL: https://example.com/%d
  ingress:
    enabled: true
    hosts: [a.example.com, b.example.com]
  resources:
    limits: {cpu: 500m, memory: 128Mi}
`, i, i)
	}
	return list
}

const instanceCount = 10_000

// BenchmarkParse reads 10,000 instances, as files of their own and as documents of one file;
// BenchmarkUnmarshal is what the same bytes cost in sigs.k8s.io/yaml, which keeps no positions.
func BenchmarkParse(b *testing.B) {
	files := instances(instanceCount)
	b.Run("files", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, data := range files {
				if docs, _ := source.Parse(source.NewFile("f.yaml", data), source.Limits{}); len(docs) != 1 {
					b.Fatal("not read")
				}
			}
		}
	})
	var one strings.Builder
	for _, data := range files {
		one.WriteString("---\n" + string(data))
	}
	b.Run("documents", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if docs, _ := source.Parse(source.NewFile("f.yaml", []byte(one.String())), source.Limits{}); len(docs) != instanceCount {
				b.Fatal("not read")
			}
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	files := instances(instanceCount)
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range files {
			var v any
			if err := yaml.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}
