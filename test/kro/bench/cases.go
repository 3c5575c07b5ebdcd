package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/krowave/krowave/test/kro/bench/fixture"
	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/trial"
)

// WebApp is the name of the case that is kro's own first example.
const WebApp = "kro-webapp"

// Cases are what is measured. They are the same on every machine. One without an instance
// is compiled and not rendered: its objects need values that only a cluster has.
func Cases(ctx context.Context) ([]trial.Case, error) {
	kroDir, err := modules.Kro(ctx)
	if err != nil {
		return nil, err
	}
	webapp, err := example(WebApp, filepath.Join(kroDir, "examples", "kubernetes", "webapp"), "rg.yaml", "instance.yaml")
	if err != nil {
		return nil, err
	}
	aws := filepath.Join(kroDir, "examples", "aws", "serverless-microservice")
	microservice, err := example("kro-microservice", aws, "microservice.yaml", "")
	if err != nil {
		return nil, err
	}
	if microservice.CRDs, err = openCRDs(microservice.RGD, ".services.k8s.aws/"); err != nil {
		return nil, err
	}
	return []trial.Case{webapp, microservice, nodes(5), nodes(50), nodes(500), collection(1000)}, nil
}

// Find is a case by its name.
func Find(ctx context.Context, name string) (trial.Case, error) {
	cases, err := Cases(ctx)
	if err != nil {
		return trial.Case{}, err
	}
	for _, c := range cases {
		if c.Name == name {
			return c, nil
		}
	}
	return trial.Case{}, fmt.Errorf("there is no case %q", name)
}

func nodes(count int) trial.Case {
	return trial.Case{Name: fmt.Sprintf("nodes-%d", count), RGD: fixture.RGD("Shop", count), Instance: fixture.Instance("Shop", "shop"), Mode: trial.Echo}
}

func collection(items int) trial.Case {
	return trial.Case{Name: fmt.Sprintf("foreach-%d", items), RGD: fixture.Collection(), Instance: fixture.CollectionInstance(items), Mode: trial.Echo}
}

func example(name, dir, rgd, instance string) (trial.Case, error) {
	c := trial.Case{Name: name, Mode: trial.Echo}
	text, err := os.ReadFile(filepath.Join(dir, rgd))
	if err != nil {
		return c, fmt.Errorf("reading the case %s: %w", name, err)
	}
	c.RGD = string(text)
	if instance == "" {
		return c, nil
	}
	if text, err = os.ReadFile(filepath.Join(dir, instance)); err != nil {
		return c, fmt.Errorf("reading the case %s: %w", name, err)
	}
	c.Instance = string(text)
	return c, nil
}

// openCRDs are CRDs that allow any content, for the kinds of the templates whose apiVersion holds the text.
func openCRDs(rgd, text string) ([]string, error) {
	object, err := manifest.Decode(rgd)
	if err != nil {
		return nil, err
	}
	spec, _ := object["spec"].(map[string]any)
	resources, _ := spec["resources"].([]any)
	var crds []string
	seen := map[string]bool{}
	for _, r := range resources {
		resource, _ := r.(map[string]any)
		template, _ := resource["template"].(map[string]any)
		apiVersion, _ := template["apiVersion"].(string)
		kind, _ := template["kind"].(string)
		at, version, _ := strings.Cut(apiVersion, "/")
		if !strings.Contains(apiVersion, text) || seen[apiVersion+kind] {
			continue
		}
		seen[apiVersion+kind] = true
		plural := strings.ToLower(kind) + "s"
		crds = append(crds, fmt.Sprintf(openCRD, plural, at, at, kind, plural, version))
	}
	return crds, nil
}

const openCRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %s.%s}
spec:
  group: %s
  scope: Namespaced
  names: {kind: %s, plural: %s}
  versions:
    - name: %s
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`
