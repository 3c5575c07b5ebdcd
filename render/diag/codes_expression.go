package diag

// Codes of expressions: EXP001 and up for what stands in one expression, EXP101 and
// up for an expression at its place in a template.
const (
	ExpressionNested     Code = "EXP001" // ${ inside an expression
	ExpressionOpen       Code = "EXP002" // ${ that is never closed
	ExpressionStandalone Code = "EXP003" // text around an expression that must stand alone
	ExpressionSyntax     Code = "EXP004" // not CEL
	ExpressionUnknown    Code = "EXP005" // a name that nothing defines
	ExpressionFunction   Code = "EXP006" // a function that does not exist
	ExpressionField      Code = "EXP007" // a field that the type does not have
	ExpressionType       Code = "EXP008" // operands that do not fit
	ExpressionScope      Code = "EXP009" // a name that may not be used here
	ExpressionCondition  Code = "EXP010" // readyWhen or includeWhen that is not a boolean
	ExpressionList       Code = "EXP011" // forEach that is not a list
	ExpressionJoin       Code = "EXP012" // a part of a string template that is not a string
	ExpressionOmit       Code = "EXP013" // omit() where it is not allowed
	ExpressionCost       Code = "EXP014" // an expression that may cost too much
	ExpressionComment    Code = "EXP015" // a comment that would swallow the rest of a template
	ExpressionRuntime    Code = "EXP016" // runtime outside status.conditions
	ExpressionInCRD      Code = "EXP017" // an expression in a CRD template outside metadata
	ExpressionMismatch   Code = "EXP018" // a value whose type the field does not take

	ExpressionInText   Code = "EXP101" // text with expressions in a field that takes no text
	ExpressionElements Code = "EXP102" // items of one status list that differ in type
)

func expressionCodes() []Definition {
	return []Definition{
		{ExpressionNested, "an expression inside another expression"},
		{ExpressionOpen, "a ${ that is never closed"},
		{ExpressionStandalone, "text around an expression that must stand alone"},
		{ExpressionSyntax, "an expression that is not CEL"},
		{ExpressionUnknown, "a name that nothing defines"},
		{ExpressionFunction, "a function that does not exist"},
		{ExpressionField, "a field that the type does not have"},
		{ExpressionType, "an operator or function whose operands do not fit"},
		{ExpressionScope, "a name that may not be used at this place"},
		{ExpressionCondition, "a condition that is not a boolean"},
		{ExpressionList, "a forEach expression that is not a list"},
		{ExpressionJoin, "a part of a string template that is not a string"},
		{ExpressionOmit, "omit() where it is not allowed"},
		{ExpressionCost, "an expression that may cost too much"},
		{ExpressionComment, "a comment at the end of an expression in a string template"},
		{ExpressionRuntime, "runtime outside status.conditions"},
		{ExpressionInCRD, "an expression in a CRD template outside metadata"},
		{ExpressionMismatch, "an expression whose type the field does not take"},
		{ExpressionInText, "text around an expression in a field that takes no text"},
		{ExpressionElements, "items of one status list that differ in type"},
	}
}
