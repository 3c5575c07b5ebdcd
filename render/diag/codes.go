package diag

import "slices"

//go:generate go run ./generate ../testdata/diagnostics ../../gitops/argocd/wave/testdata/diagnostics ../../gitops/observe/known/testdata/diagnostics ../../docs/reference/diagnostics.md

// Definition documents one [Code].
type Definition struct {
	Code  Code
	Title string // one line, as in docs/reference/diagnostics.md
}

// Definitions are all codes, in the order of their names. The caller owns the slice.
func Definitions() []Definition {
	all := slices.Concat(argocdCodes(), sourceCodes(), schemaCodes(), rgdCodes(), expressionCodes(), graphCodes(), instanceCodes(), evaluationCodes(), objectCodes(), inputCodes())
	slices.SortFunc(all, func(a, b Definition) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}
