package crd

import "strings"

//go:generate go run ./generate inflections.go

// Plural is the name of the resource that instances of a kind are: English inflection,
// irregular words and oddities included (docs/compat/kro.md#plural).
func Plural(kind string) string {
	word := strings.ToLower(kind)
	if plural, ok := irregularPlural(word); ok {
		return plural
	}
	if word == "" || listed(plurals, word) {
		return word
	}
	// An acronym is inflected in capitals and then does not fit the word that it replaces.
	stem, text := "", word
	if capitals := strings.ToUpper(word); listed(acronyms, capitals) {
		stem, text = word, capitals
	}
	for ending := range strings.FieldsSeq(endings) {
		singular, plural, _ := strings.Cut(ending, "=")
		if strings.HasSuffix(text, plural) {
			return stem + text
		}
		if rest, ok := strings.CutSuffix(text, singular); ok {
			return stem + rest + plural
		}
	}
	if strings.HasSuffix(word, "s") {
		return word
	}
	return word + "s"
}

// irregularPlural is the plural of a word that has one of its own.
func irregularPlural(word string) (string, bool) {
	_, found, ok := strings.Cut(irregular, " "+word+"=")
	plural, _, _ := strings.Cut(found, " ")
	return plural, ok
}

// listed reports a word of a list.
func listed(list, word string) bool { return strings.Contains(list, " "+word+" ") }
