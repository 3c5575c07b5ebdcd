package crd

import "strings"

// ViaJSON is Object through JSON.
var ViaJSON = viaJSON

// InflectionWords are the words of a generated list, singulars and plurals.
func InflectionWords(list string) []string {
	text := map[string]string{"irregular": irregular, "plurals": plurals, "endings": endings, "acronyms": acronyms}[list]
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '=' })
}
