package expr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	exprpb "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// plain reads an expression of few parts: paths, such as schema.spec.name, indexes, calls,
// has(), simple literals, sums and one comparison. Most expressions of an RGD are no
// more. It makes the tree that CEL's parser makes, down to the ids and offsets, at a small part of
// the cost, and answers nil for everything else: for what it does not know, and for everything
// that is wrong. A process that needs CEL's parser not once need not build its tables either.
func (l *Language) plain(text string) *cel.Ast {
	r := plainReader{text: text, macros: l.macros, factory: ast.NewExprFactory()}
	tree := r.comparison()
	if tree == nil || r.at != len(text) {
		return nil
	}
	made := emptyAST(text, tree.ID())
	info := made.NativeRep().SourceInfo()
	for i, offset := range r.offsets {
		if offset.Start >= 0 {
			info.SetOffsetRange(int64(i+1), offset)
		}
	}
	made.NativeRep().Expr().SetKindCase(tree)
	return made
}

// maxPlain is the largest number of parts of an expression that is read here: of a long one
// CEL's parser may have something to say.
const maxPlain = 32

// plainReader reads a text from its beginning. Its methods answer nil when the text goes on in a
// way that they do not know; then nothing that was read counts.
type plainReader struct {
	text    string
	at      int
	macros  []cel.Macro
	factory ast.ExprFactory
	offsets []ast.OffsetRange // by id, from 1; one that starts below 0 was taken back
}

// id is the next id, of a part with this place.
func (r *plainReader) id(start, length int) int64 {
	r.offsets = append(r.offsets, ast.OffsetRange{Start: int32(start), Stop: int32(start + length)}) //nolint:gosec // an expression is no longer than a file
	return int64(len(r.offsets))
}

// comparison reads one or two sums.
func (r *plainReader) comparison() ast.Expr {
	left := r.sum()
	for _, operator := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if start := r.at; left != nil && r.take(operator) {
			function, _ := operators.Find(operator)
			return r.binary(left, function, start, len(operator), r.sum)
		}
	}
	return left
}

// sum reads operands with + between them.
func (r *plainReader) sum() ast.Expr {
	left := r.operand()
	for left != nil {
		start := r.at
		if !r.take("+") {
			break
		}
		left = r.binary(left, operators.Add, start, 1, r.operand)
	}
	return left
}

// binary reads what is right of an operator.
func (r *plainReader) binary(left ast.Expr, function string, start, length int, read func() ast.Expr) ast.Expr {
	id := r.id(start, length)
	right := read()
	if right == nil {
		return nil
	}
	return r.factory.NewCall(id, function, left, right)
}

// operand reads a literal or a path, and the spaces around it.
func (r *plainReader) operand() ast.Expr {
	r.spaces()
	if len(r.offsets) > maxPlain || r.at == len(r.text) {
		return nil
	}
	var read ast.Expr
	switch c := r.text[r.at]; {
	case c == '"', c == '\'':
		read = r.quoted(c)
	case '0' <= c && c <= '9':
		read = r.number()
	default:
		read = r.path()
	}
	r.spaces()
	return read
}

// quoted reads a string without escape sequences.
func (r *plainReader) quoted(quote byte) ast.Expr {
	inside := r.text[r.at+1:]
	end := strings.IndexByte(inside, quote)
	// Two quotes may begin a string of three.
	if end <= 0 || strings.ContainsFunc(inside[:end], func(c rune) bool { return c < ' ' || c > '~' || c == '\\' }) {
		return nil
	}
	return r.literal(end+2, types.String(inside[:end]))
}

// number reads a decimal integer.
func (r *plainReader) number() ast.Expr {
	digits := r.text[r.at:]
	if end := strings.IndexFunc(digits, func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
		if rest := digits[end]; rest == '.' || rest == '_' || 'a' <= rest|0x20 && rest|0x20 <= 'z' {
			return nil
		}
		digits = digits[:end]
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil
	}
	return r.literal(len(digits), types.Int(value))
}

func (r *plainReader) literal(length int, value ref.Val) ast.Expr {
	id := r.id(r.at, length)
	r.at += length
	return r.factory.NewLiteral(id, value)
}

// path reads a name or a call, and what is selected from it.
func (r *plainReader) path() ast.Expr {
	start, name := r.at, leadingName(r.text[r.at:])
	if name == "" || isWord(name) || isReserved(name) {
		return nil
	}
	var tree ast.Expr
	if r.at += len(name); r.next('(') {
		tree = r.call(name, nil)
	} else {
		tree = r.factory.NewIdent(r.id(start, len(name)), name)
	}
	for tree != nil && len(r.offsets) <= maxPlain {
		switch {
		case r.next('['):
			tree = r.index(tree)
		case r.next('.'):
			tree = r.selected(tree)
		default:
			return tree
		}
	}
	return nil
}

// index reads [ and what follows.
func (r *plainReader) index(tree ast.Expr) ast.Expr {
	id := r.id(r.at, 1)
	r.at++
	key := r.operand()
	if key == nil || !r.take("]") {
		return nil
	}
	return r.factory.NewCall(id, operators.Index, tree, key)
}

// selected reads a dot and the field or the call behind it.
func (r *plainReader) selected(tree ast.Expr) ast.Expr {
	dot := r.at
	name := leadingName(r.text[dot+1:])
	if name == "" || isWord(name) {
		return nil
	}
	if r.at += 1 + len(name); r.next('(') {
		return r.call(name, tree)
	}
	return r.factory.NewSelect(r.id(dot, 1), tree, name) // a selection is where its dot is
}

// call reads the arguments of a call. Macros are left to CEL, all but has().
func (r *plainReader) call(function string, target ast.Expr) ast.Expr {
	open := r.at
	id := r.id(open, 1)
	r.at++
	args := []ast.Expr{}
	for r.spaces(); !r.take(")"); {
		if len(args) > 0 && !r.take(",") {
			return nil
		}
		arg := r.operand()
		if arg == nil {
			return nil
		}
		args = append(args, arg)
	}
	switch {
	case function == operators.Has && target == nil:
		return r.presence(id, open, args)
	case slices.ContainsFunc(r.macros, func(m cel.Macro) bool { return m.Function() == function }):
		return nil
	case target == nil:
		return r.factory.NewCall(id, function, args...)
	}
	return r.factory.NewMemberCall(id, function, target, args...)
}

// presence is what the macro has() makes of its argument, with an id of its own.
func (r *plainReader) presence(call int64, open int, args []ast.Expr) ast.Expr {
	if len(args) != 1 || args[0].Kind() != ast.SelectKind {
		return nil
	}
	field := args[0].AsSelect()
	id := r.id(open, 0)
	r.offsets[call-1].Start = -1
	return r.factory.NewPresenceTest(id, field.Operand(), field.FieldName())
}

func (r *plainReader) next(c byte) bool { return r.at < len(r.text) && r.text[r.at] == c }

// take reads a token, if it is the next.
func (r *plainReader) take(token string) bool {
	if !strings.HasPrefix(r.text[r.at:], token) {
		return false
	}
	r.at += len(token)
	return true
}

func (r *plainReader) spaces() {
	for r.next(' ') {
		r.at++
	}
}

// emptyAST is a tree without a meaning yet. CEL makes trees for others from messages only.
func emptyAST(text string, id int64) *cel.Ast {
	source := common.NewTextSource(text)
	return cel.ParsedExprToAstWithSource(&exprpb.ParsedExpr{
		Expr:       &exprpb.Expr{Id: id, ExprKind: &exprpb.Expr_IdentExpr{IdentExpr: &exprpb.Expr_Ident{}}},
		SourceInfo: &exprpb.SourceInfo{Location: source.Description(), LineOffsets: source.LineOffsets()},
	}, source)
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
