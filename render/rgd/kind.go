package rgd

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
)

// CatalogKind is the kind of RGDs themselves, so that an RGD can have RGDs in its
// templates. Where the RGD's CRD takes anything, so does the schema.
func CatalogKind() catalog.Kind {
	text := &catalog.Schema{Type: "string"}
	texts := &catalog.Schema{Type: "array", Items: text}
	textMap := &catalog.Schema{Type: "object", AdditionalProperties: text}
	free := &catalog.Schema{Type: "object", PreserveUnknown: true}
	object := func(properties map[string]*catalog.Schema) *catalog.Schema {
		return &catalog.Schema{Type: "object", Properties: properties}
	}
	list := func(item *catalog.Schema) *catalog.Schema { return &catalog.Schema{Type: "array", Items: item} }
	column := object(map[string]*catalog.Schema{
		"name": text, "type": text, "jsonPath": text, "format": text, "description": text,
		"priority": {Type: "integer", Format: "int32"},
	})
	resource := object(map[string]*catalog.Schema{
		"id": text, "template": free, "readyWhen": texts, "includeWhen": texts, "forEach": list(textMap),
		"externalRef": object(map[string]*catalog.Schema{
			"apiVersion": text, "kind": text,
			"metadata": object(map[string]*catalog.Schema{"name": text, "namespace": text, "selector": {PreserveUnknown: true}}),
		}),
	})
	condition := object(map[string]*catalog.Schema{
		"type": text, "status": text, "reason": text, "message": text,
		"lastTransitionTime": {Type: "string", Format: "date-time"}, "observedGeneration": {Type: "integer", Format: "int64"},
	})
	return catalog.Kind{
		GVK:    schema.FromAPIVersionAndKind(APIVersion, Kind),
		Plural: "resourcegraphdefinitions",
		Origin: "kro v0.9.4",
		Schema: object(map[string]*catalog.Schema{
			"apiVersion": text, "kind": text, "metadata": catalog.ObjectMeta(),
			"spec": object(map[string]*catalog.Schema{
				"schema": object(map[string]*catalog.Schema{
					"kind": text, "apiVersion": text, "group": text, "scope": text, "spec": free, "types": free, "status": free,
					"additionalPrinterColumns": list(column), "shortNames": texts, "categories": texts,
					"metadata": object(map[string]*catalog.Schema{"labels": textMap, "annotations": textMap}),
				}),
				"resources": list(resource),
			}),
			"status": object(map[string]*catalog.Schema{
				"state": text, "topologicalOrder": texts, "conditions": list(condition), "lastIssuedRevision": {Type: "integer", Format: "int64"},
				"resources": list(object(map[string]*catalog.Schema{"id": text, "dependencies": list(object(map[string]*catalog.Schema{"id": text}))})),
			}),
		}),
	}
}
