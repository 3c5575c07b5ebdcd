package admission_test

import (
	"os"
	"testing"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/source"
)

const webInstance = head + `
spec:
  image: nginx:1.29
  size: large
  replicas: 3
  ports: [{port: 80}, {port: 443, protocol: TCP}]
  labels: {team: web, tier: front}
  tags: [a, b]
`

// BenchmarkAdmit is the admission of a small instance without CEL rules.
func BenchmarkAdmit(b *testing.B) {
	v := newValidator(b, specCRD(b, webSchema))
	at := parse(b, webInstance)
	obj := fields(b, at)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := v.Admit(obj, at, admission.Options{Namespace: "default"}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

// BenchmarkServer does the same with the API server's own packages.
func BenchmarkServer(b *testing.B) {
	s := newServer(b, specCRD(b, webSchema))
	obj := fields(b, parse(b, webInstance))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, errs := s.create(b, obj); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

// BenchmarkAdmitRule adds one CEL rule.
func BenchmarkAdmitRule(b *testing.B) {
	crd := specCRD(b, webSchema+"x-kubernetes-validations: [{rule: 'self.replicas <= 10'}]\n")
	v := newValidator(b, crd)
	at := parse(b, webInstance)
	obj := fields(b, at)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := v.Admit(obj, at, admission.Options{}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

// BenchmarkNewValidator is the price of a CRD.
func BenchmarkNewValidator(b *testing.B) {
	crd := specCRD(b, webSchema)
	b.ReportAllocs()
	for b.Loop() {
		newValidator(b, crd)
	}
}

// BenchmarkCheck is the check of a large Deployment.
func BenchmarkCheck(b *testing.B) {
	data, err := os.ReadFile("testdata/accepted/workloads.yaml")
	if err != nil {
		b.Fatal(err)
	}
	docs, _ := source.Parse(source.NewFile("workloads.yaml", data), source.Limits{})
	obj := fields(b, docs[0].Root)
	kind, _ := kindOf(builtin(b), obj)
	checker, locate := admission.NewChecker(), locator(docs[0].Root)
	b.ReportAllocs()
	for b.Loop() {
		if diags := checker.Check(obj, kind, locate); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
