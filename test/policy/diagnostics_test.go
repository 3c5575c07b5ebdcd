package policy

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/diag"
)

const diagnosticsPage = "docs/reference/diagnostics.md"

// diagnosticsCases are the directories of the cases: each stands with the package that can run them.
func diagnosticsCases() []string {
	return []string{"render/testdata/diagnostics", "gitops/argocd/wave/testdata/diagnostics", "gitops/observe/known/testdata/diagnostics"}
}

var (
	codePattern    = regexp.MustCompile(`^(YAML|SCH|RGD|EXP|GRA|INS|EVA|OBJ|INP|ARG)[0-9]{3}$`)
	headingPattern = regexp.MustCompile(`(?m)^## ([A-Z]+[0-9]+)$`)
	casePattern    = regexp.MustCompile(`^([A-Z]+[0-9]+)[^/]*\.txtar$`)
)

// TestDiagnosticCodes holds together what a code is made of: the constant, its definition,
// its place in the reference, and at least one golden case that shows it.
func TestDiagnosticCodes(t *testing.T) {
	t.Parallel()
	var defined []string
	for _, d := range diag.Definitions() {
		defined = append(defined, string(d.Code))
		if !codePattern.MatchString(string(d.Code)) {
			t.Errorf("%s is not an area and three digits", d.Code)
		}
		if d.Title == "" || strings.HasSuffix(d.Title, ".") {
			t.Errorf("%s: the title %q is not one line without a full stop", d.Code, d.Title)
		}
	}
	if got := slices.Compact(slices.Clone(defined)); len(got) != len(defined) {
		t.Errorf("a code is defined twice: %v", defined)
	}
	declared := declaredCodes(t)
	if diff := cmp.Diff(declared, defined); diff != "" {
		t.Errorf("constants of type Code and diag.Definitions differ: -constants +definitions\n%s", diff)
	}
	compare(t, "headings of "+diagnosticsPage, defined, pageCodes(t))
	for code, why := range withoutCase() {
		if !slices.Contains(defined, code) {
			t.Errorf("%s is said to have no case (%s), but is not defined", code, why)
		}
		defined = slices.DeleteFunc(defined, func(c string) bool { return c == code })
	}
	compare(t, "cases in "+strings.Join(diagnosticsCases(), ", "), defined, caseCodes(t))
}

// withoutCase are the codes that no input can show, and why they exist.
func withoutCase() map[string]string {
	return map[string]string{"SCH017": "what krowave generates is structural; the code tells a defect of krowave apart from one of the input"}
}

// compare reports each code that one side lacks.
func compare(t *testing.T, what string, defined, found []string) {
	t.Helper()
	for _, code := range defined {
		if !slices.Contains(found, code) {
			t.Errorf("%s is defined but missing from the %s", code, what)
		}
	}
	for _, code := range found {
		if !slices.Contains(defined, code) {
			t.Errorf("%s is among the %s but not defined", code, what)
		}
	}
}

// declaredCodes are the values of all constants of type Code in package diag.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	var codes []string
	for _, s := range must(t, sources) {
		if filepath.ToSlash(filepath.Dir(s.path)) != "render/diag" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, ok := spec.Type.(*ast.Ident)
			value, isLiteral := spec.Values[0].(*ast.BasicLit)
			if ok && isLiteral && typ.Name == "Code" {
				codes = append(codes, strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	slices.Sort(codes)
	return codes
}

func pageCodes(t *testing.T) []string {
	t.Helper()
	var codes []string
	for _, m := range headingPattern.FindAllSubmatch(read(t, diagnosticsPage), -1) {
		codes = append(codes, string(m[1]))
	}
	return codes
}

func caseCodes(t *testing.T) []string {
	t.Helper()
	var codes []string
	for _, dir := range diagnosticsCases() {
		entries, err := os.ReadDir(filepath.Join(must(t, root), dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			m := casePattern.FindStringSubmatch(e.Name())
			if m == nil {
				t.Errorf("%s/%s is not named CODE….txtar", dir, e.Name())
				continue
			}
			codes = append(codes, m[1])
			if !strings.Contains(string(read(t, dir+"/"+e.Name())), "["+m[1]+"]: ") {
				t.Errorf("%s/%s does not show %s", dir, e.Name(), m[1])
			}
		}
	}
	return codes
}
