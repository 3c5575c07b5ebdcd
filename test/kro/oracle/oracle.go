package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/trial"
)

// Oracle holds what all cases share: the built-in kinds and kro's own. It is safe for
// concurrent use.
type Oracle struct {
	builtin    *published
	kro        *kroKinds
	compiledIn resolver.SchemaResolver
}

// New reads kro's CRDs and locates the schemas of Kubernetes. Schemas are read when a case
// first needs them and kept.
func New(ctx context.Context) (*Oracle, error) {
	kroDir, err := modules.Kro(ctx)
	if err != nil {
		return nil, err
	}
	openapiDir, err := modules.KubernetesOpenAPI(ctx)
	if err != nil {
		return nil, err
	}
	own, err := readKroKinds(filepath.Join(kroDir, "helm", "crds")) //nolint:contextcheck // the validation of a CRD takes a context and never waits
	if err != nil {
		return nil, err
	}
	return &Oracle{
		builtin:    newPublished(openapiDir),
		kro:        own,
		compiledIn: resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, scheme.Scheme),
	}, nil
}

// kroKinds are the kinds that a cluster with kro serves.
type kroKinds struct {
	rgd   *served
	kinds map[schema.GroupVersionKind]*kind
}

func (k *kroKinds) lookup(gvk schema.GroupVersionKind) (*kind, error) {
	if found, ok := k.kinds[gvk]; ok {
		return found, nil
	}
	return nil, resolver.ErrSchemaNotFound
}

func readKroKinds(dir string) (*kroKinds, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("listing kro's CRDs: %w", err)
	}
	shell := &cluster{crds: map[schema.GroupVersionKind]*served{}}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading kro's CRDs: %w", err)
		}
		for _, d := range manifest.Split(string(text)) {
			if err := shell.addCRD(d.Text); err != nil {
				return nil, err
			}
		}
	}
	own := &kroKinds{kinds: map[schema.GroupVersionKind]*kind{}}
	for gvk, version := range shell.crds {
		if gvk.Kind == "ResourceGraphDefinition" {
			own.rgd = version
		}
		if own.kinds[gvk], err = version.publish(); err != nil {
			return nil, err
		}
	}
	if own.rgd == nil {
		return nil, fmt.Errorf("no CRD of ResourceGraphDefinition in %d files", len(names))
	}
	return own, nil
}

// Run answers one case.
func (o *Oracle) Run(c trial.Case) (result trial.Result) {
	defer func() {
		if crash := recover(); crash != nil {
			result = trial.Result{Verdict: trial.Verdict{Stage: trial.StagePanic, Error: fmt.Sprint(crash)}}
		}
	}()
	k, err := o.newCluster(c)
	if err != nil {
		return trial.Result{Verdict: trial.Verdict{Stage: trial.StageInput, Error: err.Error()}}
	}
	built, verdict := k.build(c.RGD)
	result.Verdict = verdict
	if built == nil {
		return result
	}
	built.describe(&result)
	if !verdict.Accepted() || c.Instance == "" {
		return result
	}
	namespace := c.Namespace
	if namespace == "" {
		namespace = "default"
	}
	object, err := manifest.Decode(c.Instance)
	if err == nil {
		object, err = built.instances.admit(object, namespace)
	}
	if err != nil {
		result.Verdict = trial.Verdict{Stage: trial.StageInstance, Error: err.Error()}
		return result
	}
	result.Instance = object
	if err := built.run(c, k, &result); err != nil {
		result.Verdict = trial.Verdict{Stage: trial.StageInput, Error: err.Error()}
	}
	return result
}
