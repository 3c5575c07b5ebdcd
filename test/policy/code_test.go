package policy

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// The limits of CONTRIBUTING.md#sizes.
const (
	maxFile       = 400
	maxFunction   = 60
	maxParameters = 5
	maxMethods    = 3
)

// TestFileAndFunctionSizes: what does not fit has a concept that is still missing a name.
func TestFileAndFunctionSizes(t *testing.T) {
	t.Parallel()
	for _, s := range must(t, sources) {
		if s.size > maxFile {
			t.Errorf("%s: %d lines, want at most %d", s.path, s.size, maxFile)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if lines := codeLines(s, n.Body); lines > maxFunction {
					t.Errorf("%s: %s has %d lines of code, want at most %d", s.at(n), n.Name.Name, lines, maxFunction)
				}
			case *ast.FuncType:
				if count := n.Params.NumFields(); count > maxParameters {
					t.Errorf("%s: %d parameters, want at most %d", s.at(n), count, maxParameters)
				}
			case *ast.InterfaceType:
				if count := n.Methods.NumFields(); count > maxMethods {
					t.Errorf("%s: an interface of %d methods, want at most %d", s.at(n), count, maxMethods)
				}
			}
			return true
		})
	}
}

// codeLines counts the lines of a body that are code. The rows of a literal table and the
// lines of a raw string are data: their number says nothing about how hard a function is.
func codeLines(s goSource, body *ast.BlockStmt) int {
	if body == nil {
		return 0
	}
	data := map[int]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			switch n.Type.(type) {
			case *ast.ArrayType, *ast.MapType:
				mark(data, s.line(n.Lbrace)+1, s.line(n.Rbrace)-1, true)
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				mark(data, s.line(n.Pos())+1, s.line(n.End()), true)
			}
		case *ast.FuncLit:
			mark(data, s.line(n.Pos()), s.line(n.End()), false)
		}
		return true
	})
	lines := 0
	for line := s.line(body.Lbrace) + 1; line < s.line(body.Rbrace); line++ {
		if !data[line] {
			lines++
		}
	}
	return lines
}

func mark(lines map[int]bool, from, to int, is bool) {
	for line := from; line <= to; line++ {
		lines[line] = is
	}
}

// TestNoInit: nothing happens before main, so that importing a package costs and changes nothing.
func TestNoInit(t *testing.T) {
	t.Parallel()
	for _, s := range must(t, sources) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init", s.at(f))
			}
		}
	}
}

// TestNoPanic: no input makes the product panic on purpose. Problems are diagnostics or errors.
func TestNoPanic(t *testing.T) {
	t.Parallel()
	for _, s := range must(t, sources) {
		if s.isTest() || strings.HasPrefix(s.path, "test/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "panic" {
					t.Errorf("%s: panic", s.at(call))
				}
			}
			return true
		})
	}
}
