package admission

import (
	"math"
	"slices"
	"strings"
	"time"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/krowave/krowave/render/diag"
)

// metaField says what a field of ObjectMeta holds.
type metaField uint8

const (
	unknownField metaField = iota
	textField
	wholeField
	timeField
	textMap
	textList
	ownerList
	objectList
)

// metaFields are the fields of ObjectMeta, sorted.
func metaFields() []string {
	return []string{
		"annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers",
		"generateName", "generation", "labels", "managedFields", "name", "namespace", "ownerReferences",
		"resourceVersion", "selfLink", "uid",
	}
}

// metaFieldOf also tells whether the API server sets the field itself.
func metaFieldOf(name string) (kind metaField, server bool) {
	switch name {
	case "name", "namespace", "generateName":
		return textField, false
	case "labels", "annotations":
		return textMap, false
	case "finalizers":
		return textList, false
	case "ownerReferences":
		return ownerList, false
	case "uid", "resourceVersion", "selfLink":
		return textField, true
	case "generation", "deletionGracePeriodSeconds":
		return wholeField, true
	case "creationTimestamp", "deletionTimestamp":
		return timeField, true
	case "managedFields":
		return objectList, true
	}
	return unknownField, false
}

// metaReader decodes metadata as the API server does, which is stricter than a schema
// can say, and validates it for a custom resource.
type metaReader struct {
	recorder
}

// read answers the metadata that a new object would be stored with: empty fields and
// what belongs to the server are left out.
func (m *metaReader) read(x any) map[string]any {
	m.push("metadata")
	defer m.pop()
	out := map[string]any{}
	fields, ok := x.(map[string]any)
	if !ok && x != nil {
		m.add(ruleType, "must be an object, not %s", describe(x))
		return out
	}
	for name, written := range fields { // In any order: findings are sorted in the end.
		m.push(name)
		kind, server := metaFieldOf(name)
		value := m.field(written, kind)
		switch {
		case kind == unknownField:
			m.unknown(name, metaFields())
		case value == nil:
		case server:
			m.add(ruleServerField, "belongs to the API server and is left out").place = atKey
		default:
			out[name] = value
		}
		m.pop()
	}
	return out
}

func (m *metaReader) unknown(name string, known []string) {
	f := m.add(ruleDropped, "is not a field of metadata; the API server drops it")
	f.place = atKey
	if meant := diag.Suggest(name, known); meant != "" {
		f.hint = "did you mean " + quote(meant) + "?"
	}
}

// field is a copy of a value of the right type, or nil when it is wrong or empty.
func (m *metaReader) field(x any, kind metaField) any {
	if x == nil {
		return nil
	}
	switch kind {
	case textField:
		if s := m.text(x); s != "" {
			return s
		}
	case wholeField:
		if f, ok := x.(float64); ok && f == math.Trunc(f) {
			x = int64(f)
		}
		if i, ok := x.(int64); !ok {
			m.wrong(x, "an integer")
		} else if i != 0 {
			return i
		}
	case timeField:
		if s, ok := x.(string); !ok {
			m.wrong(x, "a string")
		} else if _, err := time.Parse(time.RFC3339, s); err != nil {
			m.add(rulePattern, "must be a time such as 2006-01-02T15:04:05Z, but is %s", quote(s))
		} else {
			return s
		}
	case textMap:
		return m.textMap(x)
	case textList:
		return m.textList(x)
	case ownerList:
		return m.owners(x)
	case objectList:
		if l, ok := x.([]any); !ok {
			m.wrong(x, "an array")
		} else if len(l) > 0 {
			return l
		}
	case unknownField:
	}
	return nil
}

func (m *metaReader) wrong(x any, want string) {
	f := m.add(ruleType, "must be %s, not %s", want, describe(x))
	switch x.(type) {
	case bool, int64, float64:
		if want == "a string" {
			f.hint = "write it in quotes"
		}
	}
}

// text reads a string; null is the empty string, as everywhere in metadata.
func (m *metaReader) text(x any) string {
	s, ok := x.(string)
	if !ok && x != nil {
		m.wrong(x, "a string")
	}
	return s
}

func (m *metaReader) textMap(x any) any {
	fields, ok := x.(map[string]any)
	if !ok {
		m.wrong(x, "an object")
		return nil
	}
	if len(fields) == 0 {
		return nil
	}
	out := make(map[string]any, len(fields))
	for key, value := range fields {
		m.push(key)
		out[key] = m.text(value)
		m.pop()
	}
	return out
}

func (m *metaReader) textList(x any) any {
	items, ok := x.([]any)
	if !ok {
		m.wrong(x, "an array")
		return nil
	}
	if len(items) == 0 {
		return nil
	}
	out := make([]any, len(items))
	for i, item := range items {
		m.pushItem(i)
		out[i] = m.text(item)
		m.pop()
	}
	return out
}

// validate checks what a custom resource's metadata must fulfil.
func (m *metaReader) validate(meta map[string]any, namespaced bool) {
	m.push("metadata")
	defer m.pop()
	m.name(meta)
	m.namespace(meta, namespaced)
	labels, _ := meta["labels"].(map[string]any)
	m.labels(labels)
	annotations, _ := meta["annotations"].(map[string]any)
	m.annotations(annotations)
	finalizers, _ := meta["finalizers"].([]any)
	m.finalizers(finalizers)
}

func (m *metaReader) name(meta map[string]any) {
	name, _ := meta["name"].(string)
	prefix, _ := meta["generateName"].(string)
	switch {
	case name != "":
		m.push("name")
		if !isSubdomain(name) {
			m.add(ruleName, "must be a DNS name of small letters, digits, '-' and '.', at most 253 long, but is %s", quote(name))
		}
		m.pop()
	case prefix != "":
		m.push("generateName")
		f := m.add(ruleName, "cannot be used: the API server would make up a new name each time the object is delivered")
		f.place, f.hint = atKey, "give it a metadata.name"
		m.pop()
	case !m.failed || !m.found("name"):
		m.push("name")
		m.add(ruleRequired, "is required").place = atParent
		m.pop()
	}
}

// found reports that there is a finding about a field of the object in hand already.
func (m *metaReader) found(name string) bool {
	at := m.trail.path().Key(name)
	return slices.ContainsFunc(m.findings, func(f finding) bool { return f.rule != ruleDropped && f.path.Equal(at) })
}

func (m *metaReader) namespace(meta map[string]any, namespaced bool) { //nolint:revive // the scope of a kind is a value
	namespace, _ := meta["namespace"].(string)
	if namespace == "" {
		return
	}
	m.push("namespace")
	defer m.pop()
	if !namespaced {
		f := m.add(ruleServerField, "means nothing for a cluster-scoped kind; the API server drops it")
		f.place = atKey
		delete(meta, "namespace")
		return
	}
	if len(validation.IsDNS1123Label(namespace)) > 0 {
		m.add(ruleNamespace, "must be a DNS label of small letters, digits and '-', at most 63 long, but is %s", quote(namespace))
	}
}

func (m *metaReader) finalizers(list []any) {
	m.push("finalizers")
	defer m.pop()
	seen := map[string]bool{}
	for i, item := range list {
		name, _ := item.(string)
		seen[name] = true
		if len(validation.IsQualifiedName(name)) > 0 {
			m.pushItem(i)
			m.add(ruleMetadata, "must be a qualified name such as example.com/cleanup, but is %s", quote(name))
			m.pop()
		}
	}
	if seen["orphan"] && seen["foregroundDeletion"] {
		m.add(ruleMetadata, "cannot have both orphan and foregroundDeletion")
	}
}

// labels checks the entries of an object with labels.
func (r *recorder) labels(labels map[string]any) {
	r.push("labels")
	defer r.pop()
	r.labelMap(labels)
}

func (r *recorder) labelMap(labels map[string]any) {
	for key, label := range labels {
		value, ok := label.(string)
		if !ok {
			continue
		}
		r.push(key)
		if len(validation.IsQualifiedName(key)) > 0 {
			r.add(ruleLabel, "is not a valid label key").refine(atKey, "a key is [prefix/]name: a DNS name and at most 63 letters, digits, '-', '_' and '.'")
		}
		if len(validation.IsValidLabelValue(value)) > 0 {
			r.add(ruleLabel, "must be a label value, but is %s", quote(value)).
				refine(atValue, "a value is empty, or at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends")
		}
		r.pop()
	}
}

func (f *finding) refine(where place, hint string) {
	f.place, f.hint = where, hint
}

// annotations checks the entries of an object with annotations.
func (r *recorder) annotations(annotations map[string]any) {
	r.push("annotations")
	defer r.pop()
	size := 0
	for key, annotation := range annotations {
		value, _ := annotation.(string)
		size += len(key) + len(value)
		if len(validation.IsQualifiedName(strings.ToLower(key))) == 0 {
			continue
		}
		r.push(key)
		r.add(ruleLabel, "is not a valid annotation key").refine(atKey, "a key is [prefix/]name: a DNS name and at most 63 letters, digits, '-', '_' and '.'")
		r.pop()
	}
	if size > apivalidation.TotalAnnotationSizeLimitB {
		r.add(ruleLength, "must have at most %d bytes in all, but have %d", apivalidation.TotalAnnotationSizeLimitB, size).blocks = true
	}
}

func isSubdomain(name string) bool { return len(validation.IsDNS1123Subdomain(name)) == 0 }
