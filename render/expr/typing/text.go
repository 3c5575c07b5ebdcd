package typing

import (
	"strings"

	"github.com/google/cel-go/common/types"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// Text is the name of a type for people: list(string), or deployment.spec for the
// type of that field.
func Text(t *types.Type) string {
	name := t.TypeName()
	switch kind := t.Kind(); {
	case kind == types.StructKind && strings.HasPrefix(name, typePrefix):
		return placeText(strings.TrimPrefix(name, typePrefix))
	case kind == types.NullTypeKind:
		return "null"
	case kind == types.TimestampKind:
		return "timestamp"
	case kind == types.DurationKind:
		return "duration"
	case kind == types.UnspecifiedKind:
		return "unknown"
	case isOptional(t):
		name = "optional"
	}
	if len(t.Parameters()) == 0 {
		return name
	}
	parameters := make([]string, 0, len(t.Parameters()))
	for _, p := range t.Parameters() {
		parameters = append(parameters, Text(p))
	}
	return name + "(" + strings.Join(parameters, ", ") + ")"
}

// isOptional reports optional(T).
func isOptional(t *types.Type) bool {
	return t.Kind() == types.OpaqueKind && t.TypeName() == types.OptionalType.TypeName() && len(t.Parameters()) == 1
}

// placeText turns x.items.@idx into x.items[].
func placeText(name string) string {
	var text strings.Builder
	for i, segment := range strings.Split(name, ".") {
		switch segment {
		case itemSegment:
			text.WriteString("[]")
			continue
		case valueSegment:
			text.WriteString("{}")
			continue
		}
		if i > 0 {
			text.WriteByte('.')
		}
		if key, ok := apiservercel.Unescape(segment); ok {
			segment = key
		}
		text.WriteString(segment)
	}
	return text.String()
}
