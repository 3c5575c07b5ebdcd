package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
	"github.com/krowave/krowave/render/source"
)

// reportCheck turns the type checker's errors into problems.
func reportCheck(diags *diag.List, p *Parsed, s *Scope, issues []common.Error) {
	for _, e := range issues {
		reportOne(diags, p, s, &e)
	}
}

var (
	undefinedField   = lazyregexp.New(`^undefined field '(.*)'$`)
	undeclaredName   = lazyregexp.New(`^undeclared reference to '(.*)' \(in container ''\)$`)
	noOverload       = lazyregexp.New(`^found no matching overload for '(.*)' applied to '(.*)'$`)
	fieldOfScalar    = lazyregexp.New(`^type '(.*)' does not support field selection$`)
	internalTypeName = lazyregexp.New(`__type_([A-Za-z0-9]+)`)
)

func reportOne(diags *diag.List, p *Parsed, s *Scope, e *common.Error) {
	message := readable(e.Message)
	if m := undefinedField().FindStringSubmatch(e.Message); m != nil {
		// The checker points at the operator in front of the field.
		span := p.locateAfter(e.Location, ".?", len(m[1]))
		d := diags.Errorf(diag.ExpressionField, span, "there is no field %q", m[1])
		s.suggestField(d, p, e.ExprID, m[1])
		return
	}
	if m := undeclaredName().FindStringSubmatch(e.Message); m != nil {
		if !slices.Contains(p.unknown, m[1]) { // or else it was reported already
			reportFunction(diags, p.spanBefore(p.offset(e.Location), m[1]), s.env, m[1])
		}
		return
	}
	if m := noOverload().FindStringSubmatch(e.Message); m != nil {
		operator := operatorText(m[1])
		span := p.locate(e.Location, len(operator))
		if name, call := strings.CutSuffix(operator, "()"); call {
			span = p.spanBefore(p.offset(e.Location), name)
		}
		diags.Errorf(diag.ExpressionType, span, "%s does not take %s", operator, readable(m[2])).Hint = overloadHint(operator, m[2])
		return
	}
	if m := fieldOfScalar().FindStringSubmatch(e.Message); m != nil {
		diags.Errorf(diag.ExpressionField, p.locate(e.Location, 1), "a value of type %s has no fields", readable(m[1]))
		return
	}
	diags.Errorf(diag.ExpressionType, p.locate(e.Location, 1), "%s", message)
}

// reportFunction reports a function that does not exist.
func reportFunction(diags *diag.List, span source.Span, env *cel.Env, name string) {
	d := diags.Errorf(diag.ExpressionFunction, span, "there is no function %q", name)
	if f := foreignFunction(name); f != "" {
		d.WithHint("here it is called %s", f)
	} else if s := diag.Suggest(name, functionNames(env)); s != "" {
		d.WithHint("did you mean %s()?", s)
	}
}

// foreignFunction is what CEL calls a function that other languages call differently.
func foreignFunction(name string) string {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "toupper", "upper", "uppercase":
		return "upperAscii()"
	case "tolower", "lower", "lowercase":
		return "lowerAscii()"
	case "len", "length", "count":
		return "size()"
	case "tojson", "jsonencode", "stringify":
		return "json.marshal()"
	case "fromjson", "jsondecode", "parsejson":
		return "json.unmarshal()"
	case "b64enc", "base64encode":
		return "base64.encode()"
	case "b64dec", "base64decode":
		return "base64.decode()"
	case "default", "coalesce":
		return "orValue(), behind an optional: schema.spec.?name.orValue(…)"
	case "printf", "sprintf":
		return `format(): "%s".format([…])`
	case "tostring", "str":
		return "string()"
	}
	return ""
}

// overloadHint is advice for operands that do not fit, given their types as the checker writes them.
func overloadHint(operator, operands string) string {
	number := strings.Contains(operands, "int") && strings.Contains(operands, "double")
	switch operator {
	case "+":
		switch {
		case strings.Contains(operands, "optional_type("):
			return "say what an absent value stands for with .orValue(…)"
		case strings.Contains(operands, "string") && !strings.Contains(operands, "list(") && !strings.Contains(operands, "map("):
			return "convert the other operand with string(…)"
		}
	case "==", "!=":
		if strings.Contains(operands, "null") {
			return "has(…) tells whether a field is there"
		}
	case "?:":
		return "both results must have the same type; dyn(…) around them allows any"
	case "[]", "in", "size()":
		if strings.Contains(operands, "__type_") {
			return "an object is not a map: select its fields with a dot, test them with has(…), or convert it with dyn(…)"
		}
	}
	if number && len(operator) <= 2 {
		return "convert one of the operands with int(…) or double(…)"
	}
	return ""
}

// readable replaces internal type names by the names that the user knows.
func readable(text string) string {
	text = internalTypeName().ReplaceAllString(text, "$1")
	text = strings.ReplaceAll(text, ".@idx", "[]")
	return strings.ReplaceAll(text, ".@elem", "{}")
}

// operatorText is the operator as written: + for _+_.
func operatorText(function string) string {
	switch function {
	case "_?_:_":
		return "?:"
	case "_[_]":
		return "[]"
	case "@in":
		return "in"
	case "@not_strictly_false":
		return "&&"
	}
	if trimmed := strings.Trim(function, "_"); strings.HasPrefix(function, "_") || strings.HasSuffix(function, "_") {
		return trimmed
	}
	return function + "()"
}
