package application

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
)

// identity is what the API server knows an object by.
type identity struct {
	kind            schema.GroupKind
	namespace, name string
}

func (i identity) String() string {
	if i.namespace == "" {
		return i.kind.String() + " " + i.name
	}
	return i.kind.String() + " " + i.namespace + "/" + i.name
}

// identityOf is the identity of an object that is applied to a namespace when it names none.
func identityOf(o map[string]any, namespace string) identity {
	apiVersion, _ := o["apiVersion"].(string)
	kind, _ := o["kind"].(string)
	metadata, _ := o["metadata"].(map[string]any)
	id := identity{kind: schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind()}
	id.namespace, _ = metadata["namespace"].(string)
	id.name, _ = metadata["name"].(string)
	if id.namespace == "" {
		id.namespace = namespace
	}
	return id
}

// duplicates reports objects that two instances render, or an instance and a file: Argo CD would apply one of them and
// warn. Objects of a kind that has no namespace are all compared as if they had the application's, which changes nothing.
func duplicates(result *render.Result, namespace string) diag.List {
	var diags diag.List
	seen := map[identity]render.Object{}
	for _, o := range result.Objects {
		id := identityOf(o.Value, namespace)
		if id.name == "" {
			continue
		}
		first, dup := seen[id]
		if !dup {
			seen[id] = o
			continue
		}
		diags.Errorf(diag.EvaluationDuplicate, o.At.Span(), "%s makes %s, which %s makes too", maker(result, o), identityOf(o.Value, ""), maker(result, first)).
			WithRelated(first.At.Span(), "the first one is made here")
	}
	return diags
}

// maker says what an object comes from.
func maker(result *render.Result, o render.Object) string {
	switch {
	case o.Instance < 0:
		return "a file"
	case o.Node == "":
		return "the instance " + result.Instances[o.Instance].ID()
	}
	return "the resource " + o.Node + " of " + result.Instances[o.Instance].ID()
}
