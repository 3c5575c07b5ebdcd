package emit

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// scalar writes a string on one line, quoted where it must be.
func (e *encoder) scalar(s string) error {
	switch styleOf(s) {
	case plain:
		e.buf = append(e.buf, s...)
	case single:
		e.buf = append(e.buf, '\'')
		for i := range len(s) {
			if s[i] == '\'' {
				e.buf = append(e.buf, '\'')
			}
			e.buf = append(e.buf, s[i])
		}
		e.buf = append(e.buf, '\'')
	case double:
		e.buf = append(append(append(e.buf, '"'), s...), '"')
	case library:
		text, err := quoted(s)
		e.buf = append(e.buf, text...)
		return err
	}
	return nil
}

// style is how a string is written on one line.
type style uint8

const (
	library style = iota // as the YAML library says
	plain                // without quotes
	single               // text, but for a character that means something to YAML
	double               // not text without quotes: a word or a number
)

// styleOf knows the shapes that are common in manifests, and for them says what the library
// would say, without its cost.
func styleOf(s string) style {
	switch {
	case isWord(s) || isDecimal(s):
		return double
	case !isPrintable(s):
		return library
	case startsPlain(s) && !hasIndicator(s):
		return plain
	case isLetter(s[0]) || strings.IndexByte("{[\"'*&!%@`|>#", s[0]) >= 0:
		return single
	}
	return library
}

// isPrintable reports that s is not empty and printable ASCII.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// hasIndicator reports that text would end early without quotes: at a colon, a comment or a blank.
func hasIndicator(s string) bool {
	for i := range len(s) {
		if s[i] != ':' && s[i] != ' ' {
			continue
		}
		if i+1 == len(s) || s[i] == ':' && s[i+1] == ' ' || s[i] == ' ' && s[i+1] == '#' {
			return true
		}
	}
	return false
}

// startsPlain reports that s, which is no word, begins like text: neither like an indicator
// of YAML nor like a number or a date.
func startsPlain(s string) bool {
	switch c := s[0]; {
	case isLetter(c):
		return true
	case c == '/' || c == '_' || c == '$' || c == '(':
		return true
	case c == '-':
		option := strings.TrimPrefix(s[1:], "-")
		return option != "" && isLetter(option[0])
	case isDigit(c):
		return !isNumberLike(s)
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isDecimal reports that s is digits with at most one point among them, as versions and ports are.
func isDecimal(s string) bool {
	points := 0
	for i := range len(s) {
		if s[i] == '.' {
			points++
		} else if !isDigit(s[i]) {
			return false
		}
	}
	return points <= 1 && s != "" && isDigit(s[0])
}

// isNumberLike reports that text that begins with a digit may be a number or a date in some
// version of YAML: it has no character that numbers of all bases and dates lack.
func isNumberLike(s string) bool {
	return !strings.ContainsAny(s, "/%ghijklmnqrsuvwyGHIJKLMNQRSUVWY")
}

// isWord reports that text means a boolean or null in some version of YAML or, as a key,
// a merge, which the library does not know about.
func isWord(s string) bool {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE",
		"n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE",
		"~", "null", "Null", "NULL", "<<":
		return true
	}
	return false
}

// quoted is a string on one line as the library writes it. Line breaks of every kind are
// escaped: in single quotes they would be folded.
func quoted(s string) ([]byte, error) {
	s = valid(s)
	var value any = s
	if strings.ContainsAny(s, "\n\r\u0085\u2028\u2029") {
		value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
	}
	text, err := yaml.Marshal(value)
	return bytes.TrimSuffix(text, []byte("\n")), err
}

// valid replaces every byte that is not UTF-8, as encoding/json does.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// literal writes a string of several lines as a literal block, if it can be read back
// exactly from one, and reports whether it did.
func (e *encoder) literal(s string, indent int) bool {
	if !isLiteral(s) {
		return false
	}
	body := strings.TrimRight(s, "\n")
	switch len(s) - len(body) {
	case 0:
		e.buf = append(e.buf, "|-"...)
	case 1:
		e.buf = append(e.buf, '|')
	default:
		e.buf = append(e.buf, "|+"...)
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line == "" {
			e.buf = append(e.buf, '\n')
			continue
		}
		e.line(indent)
		e.buf = append(e.buf, line...)
	}
	e.buf = append(e.buf, s[len(body):]...)
	if len(s) == len(body) {
		e.buf = append(e.buf, '\n')
	}
	return true
}

// isLiteral reports that s has several lines and no character that a literal block cannot
// hold, and that its first text does not begin with a blank, which would be taken for indentation.
func isLiteral(s string) bool {
	text := strings.TrimLeft(s, "\n")
	if text == "" || text[0] == ' ' || text[0] == '\t' || !strings.Contains(s, "\n") || !utf8.ValidString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		switch {
		case r == '\n' || r == '\t' || ' ' <= r && r <= '~':
			return false
		case r < 0xA0 || r == 0xFEFF || r == 0x2028 || r == 0x2029:
			return true
		}
		return 0xFFFE <= r && r <= 0xFFFF
	}) < 0
}
