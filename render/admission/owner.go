package admission

import "k8s.io/apimachinery/pkg/runtime/schema"

// owners reads metadata.ownerReferences.
func (m *metaReader) owners(x any) any {
	items, ok := x.([]any)
	if !ok {
		m.wrong(x, "an array")
		return nil
	}
	if len(items) == 0 {
		return nil
	}
	out, controller := make([]any, len(items)), -1
	for i, item := range items {
		m.pushItem(i)
		owner := m.owner(item)
		out[i] = owner
		m.pop()
		if owner["controller"] == true {
			if controller >= 0 {
				m.add(ruleMetadata, "must have one controller at most, but [%d] and [%d] are", controller, i)
			}
			controller = i
		}
	}
	return out
}

func (m *metaReader) owner(x any) map[string]any {
	out := map[string]any{"apiVersion": "", "kind": "", "name": "", "uid": ""}
	fields, ok := x.(map[string]any)
	if !ok && x != nil {
		m.wrong(x, "an object")
		return out
	}
	for key, value := range fields {
		m.push(key)
		switch key {
		case "apiVersion", "kind", "name", "uid":
			out[key] = m.text(value)
		case "controller", "blockOwnerDeletion":
			switch v := value.(type) {
			case nil:
			case bool:
				out[key] = v
			default:
				m.wrong(v, "a boolean")
			}
		default:
			m.unknown(key, []string{"apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid"})
		}
		m.pop()
	}
	m.validOwner(out)
	return out
}

func (m *metaReader) validOwner(owner map[string]any) {
	for _, key := range []string{"apiVersion", "kind", "name", "uid"} {
		if owner[key] == "" && !m.found(key) {
			m.push(key)
			m.add(ruleMetadata, "is required").place = atParent
			m.pop()
		}
	}
	apiVersion, _ := owner["apiVersion"].(string)
	kind, _ := owner["kind"].(string)
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	if apiVersion != "" && gvk.Version == "" {
		m.push("apiVersion")
		m.add(ruleMetadata, "must be a group and version, but is %s", quote(apiVersion))
		m.pop()
	}
	if gvk.Version == "v1" && gvk.Group == "" && kind == "Event" {
		m.add(ruleMetadata, "cannot be an Event")
	}
}
