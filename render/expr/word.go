package expr

import (
	"slices"

	"github.com/krowave/krowave/render/lazyregexp"
)

// Keyword reports a word that CEL reads as something else than a name, or not at all.
func Keyword(word string) bool {
	switch word {
	case "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
		"loop", "namespace", "null", "package", "return", "true", "var", "void", "while":
		return true
	}
	return false
}

// lexeme finds what an expression is made of as far as words go: strings, in which none
// is a name, and words, with the dot of a selection in front.
var lexeme = lazyregexp.New(`(?s)"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|//[^\n]*|\.\s*\??\s*[A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*`)

// Mentions reports that a word which is true for is stands in the expression where a name can stand.
// It needs no valid syntax.
func (c Chunk) Mentions(is func(word string) bool) bool {
	return slices.ContainsFunc(lexeme().FindAllString(c.Text(), -1), is)
}
