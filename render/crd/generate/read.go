package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tables are what flect knows.
type tables struct {
	words    []word
	suffixes [][2]string
	acronyms []string
}

// word is an entry of flect's dictionary.
type word struct {
	singular, plural, alternative string
	unidirectional, exact         bool
}

// irregular are all words with their plurals.
func (t tables) irregular() []string {
	var all []string
	for _, w := range t.words {
		all = append(all, w.singular+"="+w.plural)
	}
	return all
}

// plurals are the words that stay as they are.
func (t tables) plurals() []string {
	var all []string
	for _, w := range t.words {
		if w.unidirectional {
			continue
		}
		all = append(all, w.plural)
		if w.alternative != "" {
			all = append(all, w.alternative)
		}
	}
	return all
}

// endings are the rules in the order in which flect tries them: the words that end a
// compound, the last of them first, and then the suffixes.
func (t tables) endings() []string {
	var all []string
	for _, w := range slices.Backward(t.words) {
		if !w.exact {
			all = append(all, w.singular+"="+w.plural)
		}
	}
	for _, s := range t.suffixes {
		all = append(all, s[0]+"="+s[1])
	}
	return all
}

// read finds the tables in flect's source.
func read(dir string) (tables, error) {
	var t tables
	rules, err := literals(filepath.Join(dir, "plural_rules.go"))
	if err != nil {
		return t, err
	}
	names, err := literals(filepath.Join(dir, "acronyms.go"))
	if err != nil {
		return t, err
	}
	for _, name := range []string{"dictionary", "singularToPluralSuffixList"} {
		if rules[name] == nil {
			return t, fmt.Errorf("plural_rules.go has no table %s", name)
		}
	}
	if names["baseAcronyms"] == nil {
		return t, fmt.Errorf("acronyms.go has no table baseAcronyms")
	}
	for _, e := range rules["dictionary"].Elts {
		t.words = append(t.words, readWord(e))
	}
	for _, e := range rules["singularToPluralSuffixList"].Elts {
		if pair, ok := e.(*ast.CompositeLit); ok && len(pair.Elts) == 2 {
			t.suffixes = append(t.suffixes, [2]string{text(pair.Elts[0]), text(pair.Elts[1])})
		}
	}
	for _, e := range names["baseAcronyms"].Elts {
		// Those with small letters are never found, since words are put into capitals first.
		if entry, ok := e.(*ast.KeyValueExpr); ok && text(entry.Key) == strings.ToUpper(text(entry.Key)) {
			t.acronyms = append(t.acronyms, text(entry.Key))
		}
	}
	return t, nil
}

// literals are the composite values of a file's variables, by name.
func literals(path string) (map[string]*ast.CompositeLit, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	all := map[string]*ast.CompositeLit{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.CompositeLit); ok {
				all[spec.Names[0].Name] = literal
			}
		}
		return true
	})
	return all, nil
}

// readWord reads an entry such as {singular: "ox", plural: "oxen", exact: true}.
func readWord(e ast.Expr) word {
	var w word
	entry, ok := e.(*ast.CompositeLit)
	if !ok {
		return w
	}
	uncountable := false
	for _, e := range entry.Elts {
		field, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		yes, _ := field.Value.(*ast.Ident)
		set := yes != nil && yes.Name == "true"
		switch name, _ := field.Key.(*ast.Ident); name.Name {
		case "singular":
			w.singular = text(field.Value)
		case "plural":
			w.plural = text(field.Value)
		case "alternative":
			w.alternative = text(field.Value)
		case "unidirectional":
			w.unidirectional = set
		case "exact":
			w.exact = set
		case "uncountable":
			uncountable = set
		}
	}
	if uncountable && w.plural == "" {
		w.plural = w.singular
	}
	return w
}

// text is the value of a string literal.
func text(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	value, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return value
}
