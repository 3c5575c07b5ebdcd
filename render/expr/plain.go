package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	exprpb "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// plain reads an expression that is nothing but a path, such as schema.spec.name: most
// expressions of an RGD are. It makes the tree that CEL's parser makes, down to the ids and
// offsets, at a small part of the cost, and answers nil for everything else.
func plain(text string) *cel.Ast {
	names := plainNames(text)
	if names == 0 {
		return nil
	}
	made := emptyAST(text, names)
	info, factory := made.NativeRep().SourceInfo(), ast.NewExprFactory()
	name := leadingName(text)
	tree, at := factory.NewIdent(1, name), len(name)
	info.SetOffsetRange(1, span(0, at))
	for id := int64(2); id <= names; id++ {
		info.SetOffsetRange(id, span(at, 1)) // a selection is where its dot is
		name = leadingName(text[at+1:])
		tree, at = factory.NewSelect(id, tree, name), at+1+len(name)
	}
	made.NativeRep().Expr().SetKindCase(tree)
	return made
}

// plainNames counts the names of a path. It is 0 for other expressions, and for paths so long
// that CEL's parser may have something to say.
func plainNames(text string) int64 {
	const longest = 32
	for names := int64(1); names <= longest; names++ {
		name := leadingName(text)
		if name == "" || isWord(name) || names == 1 && isReserved(name) {
			return 0
		}
		if text = text[len(name):]; text == "" {
			return names
		}
		if text[0] != '.' {
			return 0
		}
		text = text[1:]
	}
	return 0
}

// emptyAST is a tree without a meaning yet. CEL makes trees for others from messages only.
func emptyAST(text string, id int64) *cel.Ast {
	source := common.NewTextSource(text)
	return cel.ParsedExprToAstWithSource(&exprpb.ParsedExpr{
		Expr:       &exprpb.Expr{Id: id, ExprKind: &exprpb.Expr_IdentExpr{IdentExpr: &exprpb.Expr_Ident{}}},
		SourceInfo: &exprpb.SourceInfo{Location: source.Description(), LineOffsets: source.LineOffsets()},
	}, source)
}

func span(start, length int) ast.OffsetRange {
	return ast.OffsetRange{Start: int32(start), Stop: int32(start + length)} //nolint:gosec // an expression is no longer than a file
}

// leadingName is the identifier that a text begins with.
func leadingName(text string) string {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return text[:i]
		}
	}
	return text
}

// isWord reports an identifier that is an operator or a literal wherever it stands.
func isWord(name string) bool {
	switch name {
	case "false", "in", "null", "true":
		return true
	}
	return false
}

// isReserved reports an identifier that CEL does not allow as a variable.
func isReserved(name string) bool {
	return strings.Contains(" as break const continue else for function if import let loop namespace package return var void while ", " "+name+" ")
}
