package guard_test

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

	"github.com/krowave/krowave/render/expr/guard"
)

const endless = "1e-999999999"

// TestRule: a rule is refused for the values on which one of its calls does not end, and for no
// others. Without the guard these cases do not end.
func TestRule(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 1<<20)
	yes := true
	tests := map[string]struct {
		reason    string
		rule      string
		message   string
		optional  *bool
		self, old any
		want      string // a part of the error, or "" for none
	}{
		"quantity":      {reason: "a value of the object", rule: "isQuantity(self.a)", self: endless, want: "exponent beyond"},
		"computed":      {reason: "a value that the rule makes", rule: "isQuantity('1e-' + self.a)", self: "999999999", want: "exponent beyond"},
		"literal":       {reason: "a value of the rule", rule: "isQuantity('1e-999999999')", self: "a", want: "exponent beyond"},
		"absorbed":      {reason: "the error decides nothing", rule: "isQuantity(self.a) || true", self: endless, want: "exponent beyond"},
		"message":       {reason: "the text of a refusal", rule: "self.a == ''", message: "self.a.replace('', self.a)", self: long, want: "replace would make"},
		"replace":       {reason: "a text that has no room", rule: "self.a.replace('', self.a) == ''", self: long, want: "replace would make"},
		"format":        {reason: "a text that has no room", rule: `"%s".format([[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17].map(i, self.a)]) == ''`, self: long, want: "format would make"},
		"join":          {reason: "a text that has no room", rule: "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17].map(i, self.a).join() == ''", self: long, want: "join would make"},
		"old":           {reason: "the value before the change", rule: "isQuantity(oldSelf.a)", self: "1", old: endless, want: "exponent beyond"},
		"nothing old":   {reason: "a rule about a change, without any", rule: "isQuantity(oldSelf.a)", self: endless},
		"optional":      {reason: "an old value that may be absent", rule: "oldSelf.hasValue() || isQuantity(self.a)", optional: &yes, self: endless, want: "exponent beyond"},
		"optional, old": {reason: "the call is not reached", rule: "oldSelf.hasValue() || isQuantity(self.a)", optional: &yes, self: endless, old: "a"},
		"fine":          {reason: "a quantity like any other", rule: "isQuantity(self.a)", self: "1Gi"},
		"false":         {reason: "the verdict is not the guard's", rule: "isQuantity(self.a)", self: "a"},
		"failing":       {reason: "nor is that it cannot be evaluated", rule: "quantity(self.a).isInteger()", self: "a"},
		"not reached":   {reason: "the other side decides", rule: "self.a == '" + endless + "' || isQuantity(self.a)", self: endless},
		"not compiling": {reason: "a rule that nobody evaluates", rule: "isQuantity(self.b)", self: endless},
		"without calls": {reason: "nothing to guard", rule: "self.a == ''", self: endless},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := schema.Structural{Generic: schema.Generic{Type: "string"}}
			s := &schema.Structural{Generic: schema.Generic{Type: "object"}, Properties: map[string]schema.Structural{"a": text}}
			object := func(v any) any {
				if v == nil {
					return nil
				}
				return map[string]any{"a": v}
			}
			rule := guard.NewRule(s, apiextensionsv1.ValidationRule{Rule: c.rule, MessageExpression: c.message, OptionalOldSelf: c.optional}, false)
			err := rule.Refusal(object(c.self), object(c.old))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%s: refused: %v", c.reason, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s: %v, want an error with %q", c.reason, err, c.want)
			}
			if err := rule.Refusal(object("1"), object("1")); err != nil && c.rule != "isQuantity('1e-999999999')" && c.rule != "isQuantity('1e-' + self.a)" {
				t.Errorf("the next value is refused too: %v", err)
			}
		})
	}
}

// TestQuantity: what Kubernetes reads in no time is not refused.
func TestQuantity(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "1", "1Gi", "1e3", "1E3", "5E", "1e", "e", "1e-9", "1e1000", "-1.5e-1000", "1e5x", strings.Repeat("1", 10_000)} {
		if err := guard.Quantity(text); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	for _, text := range []string{endless, "1e1001", "1E-1001", "1e99999999999999999999", strings.Repeat("1", 10_001)} {
		if err := guard.Quantity(text); err == nil {
			t.Errorf("%.40q is not refused", text)
		}
	}
}
