package expr

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/source"
)

// Language is the CEL dialect of kro. Building one costs milliseconds, so a
// process makes one and shares it; it is safe for concurrent use.
type Language struct {
	env    *cel.Env
	macros []cel.Macro
}

// NewLanguage builds the dialect. An error is a defect of this program, not of any input.
func NewLanguage() (*Language, error) {
	env, err := dialect.New()
	if err != nil {
		return nil, fmt.Errorf("build the CEL environment: %w", err)
	}
	return &Language{env: env, macros: env.Macros()}, nil
}

// Name is one use of a free name in an expression.
type Name struct {
	ID     string
	offset int // in runes
}

// Parsed is a syntactically valid expression and the names it uses. Macros are expanded.
type Parsed struct {
	Chunk
	// Names are the uses of free names in the order of the text, found as kro finds
	// them: by syntax alone, with macro variables hiding names in the whole
	// comprehension (docs/compat/kro.md#dependencies).
	Names []Name
	// UsesOmit reports a call of omit().
	UsesOmit bool
	omit     int // the offset in runes behind its name
	unknown  []string
	ast      *cel.Ast
}

// Uses reports whether a name occurs in the expression.
func (p *Parsed) Uses(id string) bool {
	return slices.ContainsFunc(p.Names, func(n Name) bool { return n.ID == id })
}

// IDs are the distinct names of the expression in the order of first use.
func (p *Parsed) IDs() []string {
	var ids []string
	for _, n := range p.Names {
		if !slices.Contains(ids, n.ID) {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// Parse reads one expression. It reports syntax errors and unknown functions; which
// names are known is for the caller to decide.
func (l *Language) Parse(c Chunk) (*Parsed, diag.List) {
	var diags diag.List
	parsed := l.plain(c.Text())
	if parsed == nil {
		read, issues := l.env.ParseSource(common.NewTextSource(c.Text()))
		if issues.Err() != nil {
			reportSyntax(&diags, c, issues)
			return nil, diags
		}
		parsed = read
	}
	native := parsed.NativeRep()
	in := inspector{env: l.env, info: native.SourceInfo(), hidden: map[string]int{}}
	in.expr(native.Expr())
	p := &Parsed{Chunk: c, Names: in.names, UsesOmit: in.omit, omit: in.omitAt, ast: parsed}
	slices.SortStableFunc(p.Names, func(a, b Name) int { return a.offset - b.offset })
	for _, f := range in.unknown {
		reportFunction(&diags, c.spanBefore(f.offset, f.ID), l.env, f.ID)
		p.unknown = append(p.unknown, f.ID)
	}
	return p, diags
}

// SpanOfName is the place of a name's use.
func (p *Parsed) SpanOfName(n Name) source.Span { return p.spanAt(n.offset, len(n.ID)) }

// OmitSpan is the place of the first call of omit().
func (p *Parsed) OmitSpan() source.Span { return p.spanBefore(p.omit, "omit") }

// inspector walks an expression for free names.
type inspector struct {
	env     *cel.Env
	info    *ast.SourceInfo
	hidden  map[string]int // macro variables in force, with how often
	names   []Name
	unknown []Name // functions
	omit    bool
	omitAt  int
}

func (in *inspector) at(e ast.Expr) int {
	r, _ := in.info.GetOffsetRange(e.ID())
	return int(r.Start)
}

func (in *inspector) expr(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		in.ident(e)
	case ast.SelectKind:
		in.expr(e.AsSelect().Operand())
	case ast.CallKind:
		in.call(e)
	case ast.ComprehensionKind:
		in.comprehension(e.AsComprehension())
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			in.expr(element)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			in.expr(entry.AsMapEntry().Key())
			in.expr(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			in.expr(field.AsStructField().Value())
		}
	case ast.LiteralKind, ast.UnspecifiedExprKind:
	}
}

func (in *inspector) ident(e ast.Expr) {
	name := e.AsIdent()
	if in.hidden[name] > 0 || internalName(name) {
		return
	}
	in.names = append(in.names, Name{ID: name, offset: in.at(e)})
}

// internalName reports names that only macro expansion makes.
func internalName(name string) bool {
	return name != "" && (name[0] == '@' || name[0] == '$')
}

func (in *inspector) call(e ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	for _, arg := range call.Args() {
		in.expr(arg)
	}
	if call.IsMemberFunction() {
		// In json.marshal(x) the word json is no name, even where a node is called json.
		if qualifier := selectorText(call.Target()); qualifier == "" || !in.env.HasFunction(qualifier+"."+name) {
			in.expr(call.Target())
		}
		return
	}
	if name == "omit" && !in.omit {
		in.omit, in.omitAt = true, in.at(e)
	}
	if !in.env.HasFunction(name) {
		in.unknown = append(in.unknown, Name{ID: name, offset: in.at(e)})
	}
}

// selectorText is a.b.c of a plain chain of names, or "".
func selectorText(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		if operand := selectorText(e.AsSelect().Operand()); operand != "" {
			return operand + "." + e.AsSelect().FieldName()
		}
	case ast.CallKind, ast.ComprehensionKind, ast.ListKind, ast.LiteralKind, ast.MapKind, ast.StructKind, ast.UnspecifiedExprKind:
	}
	return ""
}

// comprehension hides the macro's variables in all its parts, its range included,
// because kro does (docs/compat/kro.md#macro-variables).
func (in *inspector) comprehension(c ast.ComprehensionExpr) {
	variables := []string{c.IterVar(), c.AccuVar()}
	if c.HasIterVar2() {
		variables = append(variables, c.IterVar2())
	}
	for _, v := range variables {
		in.hidden[v]++
	}
	for _, part := range []ast.Expr{c.AccuInit(), c.IterRange(), c.LoopCondition(), c.LoopStep(), c.Result()} {
		in.expr(part)
	}
	for _, v := range variables {
		in.hidden[v]--
	}
}

func functionNames(env *cel.Env) []string {
	var names []string
	for name := range env.Functions() {
		if name[0] >= 'a' && name[0] <= 'z' {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
