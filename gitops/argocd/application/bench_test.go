package application

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// twenty is an application of 20 objects: a CRD, 18 resources and an instance.
func twenty() fstest.MapFS {
	var b strings.Builder
	b.WriteString(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema:
    apiVersion: v1alpha1
    kind: App
    spec:
      image: string | required=true
      replicas: integer | default=2 minimum=1 maximum=20
      env: map[string]string
  resources:
`)
	for i := range 6 {
		fmt.Fprintf(&b, `    - id: config%[1]d
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${schema.metadata.name}-%[1]d", labels: {app: "${schema.metadata.name}"}}
        data: {image: "${schema.spec.image}", n: "%[1]d"}
    - id: deployment%[1]d
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "${schema.metadata.name}-%[1]d", labels: {app: "${schema.metadata.name}"}}
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
                  ports: [{containerPort: 8080, name: http}]
    - id: service%[1]d
      template:
        apiVersion: v1
        kind: Service
        metadata: {name: "${deployment%[1]d.metadata.name}"}
        spec: {selector: {app: "${schema.metadata.name}-%[1]d"}, ports: [{port: 80, targetPort: http}]}
`, i)
	}
	return fstest.MapFS{
		"app/rgd.yaml": {Data: []byte(b.String())},
		"app/app.yaml": {Data: []byte("apiVersion: kro.run/v1alpha1\nkind: App\nmetadata: {name: shop, namespace: prod}\nspec: {image: registry.example.com/shop:1}\n")},
	}
}

// BenchmarkGenerate renders an application of 20 objects: asked again, in another commit, and for the first time.
func BenchmarkGenerate(b *testing.B) {
	files := twenty()
	for _, bc := range []struct {
		name    string
		options Options
		digest  func(i int) string
	}{
		{"again", Options{}, func(int) string { return "same" }},
		{"next commit", Options{}, func(i int) string { return fmt.Sprint(i) }},
		{"first time", Options{AnswerBytes: -1, ProgramBytes: -1, FileBytes: -1}, func(i int) string { return fmt.Sprint(i) }},
	} {
		b.Run(bc.name, func(b *testing.B) {
			r := renderer(b, bc.options)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				answer, err := r.Generate(b.Context(), Request{Files: files, Digest: bc.digest(i), Path: "app"})
				if err != nil || answer.Objects != 20 {
					b.Fatalf("got %v, %v; want 20 objects", answer, err)
				}
			}
		})
	}
}

// BenchmarkMonorepo renders 200 applications of one commit, which share a library: one operation is all of them.
func BenchmarkMonorepo(b *testing.B) {
	_, requests := monorepo(200)
	r := renderer(b, Options{})
	b.ReportAllocs()
	commit := 0
	for b.Loop() {
		commit++
		for _, q := range requests {
			q.Digest = fmt.Sprint(commit)
			if _, err := r.Generate(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestReckoning: the memory that the caches reckon with is not less than half of what is really held, so that their
// bounds are worth something, and not more than ten times as much. It is not parallel: it measures the heap.
func TestReckoning(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some collections of garbage")
	}
	const sets = 20
	r := renderer(t, Options{AnswerBytes: 1 << 30, ProgramBytes: 1 << 30, FileBytes: 1 << 30})
	render := func(i int) {
		files := twenty()
		files["app/rgd.yaml"].Data = append(files["app/rgd.yaml"].Data, fmt.Sprintf("# %d\n", i)...)
		if _, err := r.Generate(t.Context(), Request{Files: files, Digest: fmt.Sprint(i), Path: "app"}); err != nil {
			t.Fatal(err)
		}
	}
	render(-1) // what is made once
	before := heap()
	answers, programs, parts := r.Kept()
	reckoned := -(answers + programs + parts)
	for i := range sets {
		render(i)
	}
	answers, programs, parts = r.Kept()
	reckoned += answers + programs + parts
	held := heap() - before
	t.Logf("held %d KiB, reckoned %d KiB (answers %d, programs %d, files %d)", held>>10, reckoned>>10, answers>>10, programs>>10, parts>>10)
	if reckoned < held/2 || reckoned > held*10 {
		t.Errorf("held %d bytes, reckoned with %d", held, reckoned)
	}
	runtime.KeepAlive(r)
}

// heap is the number of bytes that are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // no machine has more
}
