package admission

import (
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// instanceCode is the code of a broken rule in an instance.
func instanceCode(r rule) diag.Code {
	switch r {
	case ruleType:
		return diag.InstanceType
	case ruleRequired:
		return diag.InstanceRequired
	case ruleUnknown, ruleDropped:
		return diag.InstanceUnknownField
	case ruleEnum, ruleAlternative:
		return diag.InstanceEnum
	case rulePattern:
		return diag.InstancePattern
	case ruleRange:
		return diag.InstanceRange
	case ruleLength:
		return diag.InstanceLength
	case ruleDuplicate:
		return diag.InstanceDuplicate
	case ruleCEL:
		return diag.InstanceRule
	case ruleCELFailed:
		return diag.InstanceRuleFailed
	case ruleCELCost:
		return diag.InstanceRuleCost
	case ruleKind:
		return diag.InstanceKind
	case ruleName:
		return diag.InstanceName
	case ruleNamespace:
		return diag.InstanceNamespace
	case ruleLabel:
		return diag.InstanceLabel
	case ruleServerField:
		return diag.InstanceServerField
	case ruleMetadata, ruleSelector:
	}
	return diag.InstanceMetadata
}

// dropped reports a problem that the API server solves by dropping the field.
func (f finding) dropped() bool { return f.rule == ruleServerField || f.rule == ruleDropped }

// report turns findings into diagnostics at the places where the object was written.
func (v *Validator) report(findings []finding, at *source.Node) diag.List {
	var list diag.List
	for _, f := range findings {
		where := span(at, f.path, f.place)
		add := list.Errorf
		if f.dropped() {
			add = list.Warnf
		}
		d := add(instanceCode(f.rule), where, "%s", f.message)
		d.Hint = f.hint
		if !f.other.IsRoot() && at != nil {
			d.WithRelated(span(at, f.other, atValue), "%s", f.note)
		}
	}
	return list.Sorted()
}
