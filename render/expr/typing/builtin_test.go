package typing

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
)

// builtinKinds are variables of the kinds that Kubernetes ships.
func builtinKinds(tb testing.TB) map[string]*catalog.Schema {
	tb.Helper()
	c, err := catalog.Builtin("")
	if err != nil {
		tb.Fatal(err)
	}
	schemas := map[string]*catalog.Schema{}
	for id, gvk := range map[string]schema.GroupVersionKind{
		"deployment": {Group: "apps", Version: "v1", Kind: "Deployment"},
		"service":    {Version: "v1", Kind: "Service"},
		"secret":     {Version: "v1", Kind: "Secret"},
		"claim":      {Version: "v1", Kind: "PersistentVolumeClaim"},
		"autoscaler": {Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"},
		"crd":        {Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"},
	} {
		kind, ok := c.Lookup(gvk)
		if !ok {
			tb.Fatalf("the catalogue lacks %s", gvk)
		}
		schemas[id] = kind.Schema
	}
	return schemas
}

// declareKinds is an environment with a variable for each schema.
func declareKinds(tb testing.TB, base *cel.Env, schemas map[string]*catalog.Schema) *cel.Env {
	tb.Helper()
	r := NewRegistry(types.NewEmptyRegistry())
	options := []cel.EnvOption{cel.CustomTypeProvider(r)}
	for id, s := range schemas {
		options = append(options, cel.Variable(id, r.Declare(id, s)))
	}
	env, err := base.Extend(options...)
	if err != nil {
		tb.Fatal(err)
	}
	return env
}

// TestBuiltinKinds: what users meet in the kinds that they use most.
func TestBuiltinKinds(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ reason, expression, want string }{
		"Replicas":    {"", "deployment.spec.replicas", "int"},
		"Limits":      {"quantities have no type, so the values are dyn", "deployment.spec.template.spec.containers[0].resources.limits", "map(string, dyn)"},
		"Storage":     {"", `claim.spec.resources.requests["storage"]`, "dyn"},
		"Quantity":    {"a single quantity is invisible", "autoscaler.spec.metrics[0].resource.target.averageValue", "error: undefined field 'averageValue'"},
		"SizeLimit":   {"", "deployment.spec.template.spec.volumes[0].emptyDir.sizeLimit", "error: undefined field 'sizeLimit'"},
		"Data":        {"", `secret.data["password"]`, "bytes"},
		"StringData":  {"", `secret.stringData["password"]`, "string"},
		"TargetPort":  {"int-or-string is dyn", "service.spec.ports[0].targetPort", "dyn"},
		"Probe":       {"", "deployment.spec.template.spec.containers[0].livenessProbe.httpGet.port", "dyn"},
		"Created":     {"", "deployment.metadata.creationTimestamp", "google.protobuf.Timestamp"},
		"Namespace":   {"", "deployment.metadata.namespace", "string"},
		"Annotations": {"", `deployment.metadata.annotations["a.b/c"]`, "string"},
		"Ready":       {"", "deployment.status.conditions.exists(c, c.type == 'Available')", "bool"},
		"Ingress":     {"", "service.status.loadBalancer.?ingress[?0].?hostname", "optional_type(string)"},
		"Recursive":   {"a schema that contains itself ends in an empty object", "crd.spec.versions[0].schema.openAPIV3Schema.properties['a']", "__type_crd.spec.versions.@idx.schema.openAPIV3Schema.properties.@elem"},
	}
	base, err := cel.NewEnv(cel.OptionalTypes())
	if err != nil {
		t.Fatal(err)
	}
	env := declareKinds(t, base, builtinKinds(t))
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, typeText(env, tc.expression)); diff != "" {
				t.Errorf("%s\ntype of %s: -want, +got:\n%s", tc.reason, tc.expression, diff)
			}
		})
	}
}

// BenchmarkDeclare is what the types of an RGD of six resources cost besides parsing.
func BenchmarkDeclare(b *testing.B) {
	base, err := cel.NewEnv(cel.OptionalTypes())
	if err != nil {
		b.Fatal(err)
	}
	schemas := builtinKinds(b)
	var parsed []*cel.Ast
	for _, expression := range []string{
		"deployment.status.readyReplicas == deployment.spec.replicas",
		"service.spec.ports.map(p, p.port)",
		"deployment.spec.template.spec.containers[0].image + service.metadata.name",
		"claim.status.phase == 'Bound' && has(autoscaler.status.currentReplicas)",
	} {
		ast, issues := base.Parse(expression)
		if issues.Err() != nil {
			b.Fatal(issues.Err())
		}
		parsed = append(parsed, ast)
	}
	b.ReportAllocs()
	for b.Loop() {
		env := declareKinds(b, base, schemas)
		for _, ast := range parsed {
			if _, issues := env.Check(ast); issues.Err() != nil {
				b.Fatal(issues.Err())
			}
		}
	}
}
