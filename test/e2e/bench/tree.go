package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tree is a repository: its files, its applications, and what their plugin is told.
type tree struct {
	files       map[string]string
	paths       []string
	environment map[string]string
}

// upload is a packed tree.
type upload struct {
	data     []byte
	checksum string
}

// children is how many ConfigMaps an instance renders to. With the CRD and the instance they are 20 objects.
const children = 18

// trees are the repositories for both servers: RGD and instances for ours, kustomizations with the very objects that
// ours makes of them for the other.
func (s settings) trees(ctx context.Context, sides sides, applications int) ([]tree, int, error) {
	ours := tree{files: map[string]string{"platform/rgd.yaml": rgd()}, environment: map[string]string{
		"ARGOCD_APP_PARAMETERS": `[{"name":"rgds","array":["platform"]}]`,
	}}
	theirs := tree{files: map[string]string{}}
	for i := range applications {
		path := fmt.Sprintf("applications/a%03d", i)
		ours.paths, theirs.paths = append(ours.paths, path), append(theirs.paths, path)
		ours.files[path+"/instance.yaml"] = fmt.Sprintf(instance, i, i)
	}
	u, err := ours.pack(-1)
	if err != nil {
		return nil, 0, err
	}
	count := 0
	for _, path := range ours.paths {
		manifests, err := sides[0].generate(ctx, u, path, ours.environment)
		if err != nil {
			return nil, 0, err
		}
		count = len(manifests)
		theirs.files[path+"/all.yaml"] = strings.Join(manifests, "\n---\n")
		theirs.files[path+"/kustomization.yaml"] = "resources: [all.yaml]\n"
	}
	return []tree{ours, theirs}, count, nil
}

// rgd is an RGD with a chain and a fan: every child reads the instance, and the odd ones the child before them.
func rgd() string {
	var b strings.Builder
	b.WriteString(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: bench}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Bench
    spec:
      text: string | default=text
      size: integer | default=3 minimum=1
  resources:
`)
	for i := range children {
		before := "${schema.metadata.name}"
		if i%2 == 1 {
			before = fmt.Sprintf("${c%d.metadata.name}", i-1)
		}
		_, _ = fmt.Fprintf(&b, `    - id: c%d
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: ${schema.metadata.name}-%d
          labels: {app: "${schema.metadata.name}"}
        data:
          text: ${schema.spec.text}
          size: ${string(schema.spec.size * %d)}
          before: %s
`, i, i, i+1, before)
	}
	return b.String()
}

const instance = `apiVersion: kro.run/v1alpha1
kind: Bench
metadata: {name: app-%d, namespace: default}
spec: {text: "application %d"}
`

// pack makes the upload of a round. Only the state of the work tree differs between rounds.
func (t tree) pack(round int) (upload, error) {
	files := maps.Clone(t.files)
	files[".git/index"] = fmt.Sprintf("round %d", round)
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	archive := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
			return upload{}, err
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			return upload{}, err
		}
	}
	if err := archive.Close(); err != nil {
		return upload{}, err
	}
	if err := zipped.Close(); err != nil {
		return upload{}, err
	}
	sum := sha256.Sum256(buffer.Bytes())
	return upload{buffer.Bytes(), hex.EncodeToString(sum[:])}, nil
}
