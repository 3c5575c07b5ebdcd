package render

import (
	"maps"
	"strconv"
)

// Annotations that tell other programs how an object came about.
const (
	// WaveAnnotation is the object's level.
	WaveAnnotation = "krowave.dev/wave"
	// NodeAnnotation is the id of the node that made the object.
	NodeAnnotation = "krowave.dev/node"
	// InstanceAnnotation is the instance that the object belongs to, see [Instance.ID].
	InstanceAnnotation = "krowave.dev/instance"
)

// Annotated are the objects with annotations about how they came about. Every object has a
// wave; node and instance are left out where there is none.
func (r *Result) Annotated() []map[string]any {
	objects := make([]map[string]any, len(r.Objects))
	for i, o := range r.Objects {
		var instance *Instance
		if o.Instance >= 0 {
			instance = &r.Instances[o.Instance]
		}
		objects[i] = o.annotated(instance)
	}
	return objects
}

// Annotated are the objects of the part as [Result.Annotated] gives them.
func (p Part) Annotated() []map[string]any {
	objects := make([]map[string]any, len(p.Objects))
	for i, o := range p.Objects {
		objects[i] = o.annotated(p.Instance)
	}
	return objects
}

// Values are the objects of the part, without what is known about them.
func (p Part) Values() []map[string]any {
	objects := make([]map[string]any, len(p.Objects))
	for i, o := range p.Objects {
		objects[i] = o.Value
	}
	return objects
}

// annotated is the object with annotations; instance is nil for one that belongs to none.
func (o Object) annotated(instance *Instance) map[string]any {
	add := map[string]any{WaveAnnotation: strconv.Itoa(o.Level)}
	if o.Node != "" {
		add[NodeAnnotation] = o.Node
	}
	if instance != nil {
		add[InstanceAnnotation] = instance.ID()
	}
	return annotate(o.Value, add)
}

// annotate is a copy of an object with more annotations.
func annotate(object, add map[string]any) map[string]any {
	copied := maps.Clone(object)
	metadata, _ := object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if metadata = maps.Clone(metadata); metadata == nil {
		metadata = map[string]any{}
	}
	if annotations = maps.Clone(annotations); annotations == nil {
		annotations = map[string]any{}
	}
	maps.Copy(annotations, add)
	metadata["annotations"] = annotations
	copied["metadata"] = metadata
	return copied
}

// ID names the instance among all instances: Kind.group/namespace/name, without the
// namespace for a cluster-scoped kind.
func (i Instance) ID() string {
	id := gvkOf(i.At).GroupKind().String()
	if namespace, name := i.Names(); namespace != "" {
		id += "/" + namespace + "/" + name
	} else {
		id += "/" + name
	}
	return id
}

// Names are the namespace and the name of the instance.
func (i Instance) Names() (namespace, name string) { return i.namespace, i.name }
