package source

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/krowave/krowave/render/lazyregexp"
)

// value fills in a scalar node by the rules of YAML 1.1 and of the JSON that
// sigs.k8s.io/yaml makes of it: whole numbers become integers, timestamps stay text.
func (p *parser) value(n *Node, y *yaml.Node) {
	s, ok := p.scalar(n, y)
	if !ok {
		n.kind = Null
		return
	}
	switch s.form {
	case isNull:
		n.kind = Null
	case isBool:
		n.setInt(Bool, s.int)
	case isInt:
		n.setInt(Int, s.int)
	case isUint:
		n.setFloat(float64(s.uint))
	case isFloat:
		p.float(n, s.float)
	case isText, isTime:
		n.kind = String
	}
}

// float stores a number as JSON would carry it: without a fraction it is an integer.
func (p *parser) float(n *Node, f float64) {
	n.setFloat(f)
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		p.report(BadValue, n.Span(), fmt.Sprintf("%s has no JSON form", n.str))
		n.setInt(Null, 0)
	case f != math.Trunc(f) || math.Abs(f) >= 1e21: // From here on JSON has an exponent.
	case math.Abs(f) < 1<<53:
		n.setInt(Int, int64(f))
	default:
		// The shortest decimal text, not the exact value, is what JSON carries.
		if i, err := strconv.ParseInt(strconv.FormatFloat(f, 'f', -1, 64), 10, 64); err == nil {
			n.setInt(Int, i)
		}
	}
}

// key reads a map key and gives it the text that sigs.k8s.io/yaml gives it in JSON. It
// answers nil for a key without a JSON form.
func (p *parser) key(y *yaml.Node, depth int) (*Node, string) {
	target := y
	if y.Kind == yaml.AliasNode {
		if target = y.Alias; p.alias(y) == nil {
			return nil, ""
		}
	}
	if target.Kind != yaml.ScalarNode {
		if n := p.node(y, depth); n != nil {
			p.report(BadKey, n.Span(), fmt.Sprintf("a key must be a string, not %s", article(n.kind)))
		}
		return nil, ""
	}
	if !p.count(y, 1) {
		return nil, ""
	}
	n := p.newNode(target)
	p.open(y)
	s, ok := p.scalar(n, target)
	if !ok {
		return nil, ""
	}
	p.anchored(y, n)
	n.kind = String
	switch s.form {
	case isText, isTime:
	case isInt:
		n.str = strconv.FormatInt(s.int, 10)
	case isBool:
		n.str = strconv.FormatBool(s.int != 0)
	case isFloat:
		n.str = floatKey(s.float)
	case isNull, isUint:
		n.kind = Null
		p.report(BadKey, n.Span(), fmt.Sprintf("the key %s has no JSON form", strconv.Quote(target.Value)))
		return nil, ""
	}
	return n, n.str
}

// floatKey is the text of a number as a key; single precision is what sigs.k8s.io/yaml uses.
func floatKey(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 32)
}

// form is what a scalar is in YAML 1.1, before JSON has its say.
type form uint8

const (
	isText form = iota
	isNull
	isBool
	isInt
	isUint // larger than an int64
	isFloat
	isTime
)

type scalar struct {
	form  form
	int   int64 // also 0 or 1 of a boolean
	uint  uint64
	float float64
}

// scalar reads style, place and text of a scalar into n and tells what it is. It answers false when
// the text does not fit its tag.
func (p *parser) scalar(n *Node, y *yaml.Node) (scalar, bool) {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style = doubleQuoted
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style = singleQuoted
	case y.Style&yaml.LiteralStyle != 0:
		n.style = literal
	case y.Style&yaml.FoldedStyle != 0:
		n.style = folded
	}
	n.str = y.Value
	bang, ok := p.skipProperties(n)
	if !ok {
		return scalar{}, false
	}
	p.share(n)
	if y.Style&yaml.TaggedStyle == 0 {
		if n.style != plain || bang {
			return scalar{}, true
		}
		return resolve(y.Value), true
	}
	return p.tagged(n, y)
}

// share makes a text that the file has in the same letters a part of the file's text, which is there anyway.
func (p *parser) share(n *Node) {
	at := n.at()
	if n.style == singleQuoted || n.style == doubleQuoted {
		at++
	}
	if at <= len(p.file.data) && strings.HasPrefix(p.file.data[at:], n.str) {
		n.str = p.file.data[at : at+len(n.str)]
	}
}

// tagged reads a scalar with a tag of its own.
func (p *parser) tagged(n *Node, y *yaml.Node) (scalar, bool) {
	tag := y.ShortTag()
	var want form
	switch tag {
	case "!!binary":
		data, err := base64.StdEncoding.DecodeString(y.Value)
		if err != nil {
			p.report(BadValue, n.Span(), "!!binary is not valid base64")
			return scalar{}, false
		}
		n.str = string([]rune(string(data))) // JSON has no bytes that are not UTF-8.
		return scalar{}, true
	case "!!null":
		want = isNull
	case "!!bool":
		want = isBool
	case "!!int":
		want = isInt
	case "!!float":
		want = isFloat
	case "!!timestamp":
		want = isTime
	default:
		return scalar{}, true
	}
	s := resolve(y.Value)
	switch {
	case want == isTime && isTimestamp(y.Value):
		return scalar{form: isTime}, true
	case s.form == want || (s.form == isUint && want == isInt):
		return s, true
	case s.form == isInt && want == isFloat:
		return scalar{form: isFloat, float: float64(s.int)}, true
	}
	p.report(BadValue, n.Span(), fmt.Sprintf("%q is not %s", y.Value, tag))
	return scalar{}, false
}

// skipProperties moves the start of a scalar behind its tag and anchor, where the YAML library's position points. Bang
// tells that the tag is a lone exclamation mark. OK is false when one stands on a line
// behind the anchor of an empty value: whether it is this value's or that of the next one, the library does not tell.
func (p *parser) skipProperties(n *Node) (bang, ok bool) {
	data, at := p.file.data, n.at()
	content := n.style != plain || n.str != "" // or else there is nothing on the lines behind
	behind := at                               // the next thing, on whatever line
	for at < len(data) && (data[at] == '!' || data[at] == '&') {
		end := at
		for end < len(data) && !isSpace(data[end]) {
			end++
		}
		bang = bang || isBang(data[at:end])
		at, behind = p.separation(end, content), p.separation(end, true)
	}
	if !content && !bang && behind > at {
		end := behind
		for end < len(data) && !isSpace(data[end]) {
			end++
		}
		if isBang(data[behind:end]) {
			p.report(Syntax, n.Span(), `write the "!" on the line of its value`)
			return false, false
		}
	}
	n.start = uint32(at) //nolint:gosec // no text is longer than maxText
	return bang, true
}

// isBang reports the tag that makes any value text, in either of its spellings.
func isBang(tag string) bool { return tag == "!" || tag == "!<!>" }

// separation is where the white space at a place ends, with lines that is that of several lines with their comments.
func (p *parser) separation(at int, lines bool) int {
	data, start := p.file.data, at
	for at < len(data) {
		switch {
		case data[at] == ' ' || data[at] == '\t' || (lines && isSpace(data[at])):
			at++
		case lines && data[at] == '#' && at > start:
			for at < len(data) && data[at] != '\n' && data[at] != '\r' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

var yaml11Float = lazyregexp.New(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// resolve decides what an unquoted scalar means. A date is text like any other, except for the tag !!timestamp.
func resolve(text string) scalar {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return scalar{form: isNull}
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return scalar{form: isBool, int: 1}
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return scalar{form: isBool}
	case ".nan", ".NaN", ".NAN":
		return scalar{form: isFloat, float: math.NaN()}
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return scalar{form: isFloat, float: math.Inf(1)}
	case "-.inf", "-.Inf", "-.INF":
		return scalar{form: isFloat, float: math.Inf(-1)}
	}
	switch c := text[0]; {
	case c == '.':
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return scalar{form: isFloat, float: f}
		}
	case c == '+' || c == '-' || (c >= '0' && c <= '9'):
		return number(strings.ReplaceAll(text, "_", ""))
	}
	return scalar{}
}

// number reads digits as Go does: 0x, 0o, 0b and a leading zero change the base.
func number(digits string) scalar {
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return scalar{form: isInt, int: i}
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return scalar{form: isUint, uint: u}
	}
	if yaml11Float().MatchString(digits) {
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return scalar{form: isFloat, float: f}
		}
	}
	if rest, ok := strings.CutPrefix(digits, "0b"); ok { // the one base that takes its sign behind it, as in 0b-1
		if i, err := strconv.ParseInt(rest, 2, 64); err == nil {
			return scalar{form: isInt, int: i}
		}
	}
	return scalar{}
}

// isTimestamp reports whether text is a date in one of the notations that kubectl's YAML library knows.
func isTimestamp(text string) bool {
	if len(text) < 5 || text[4] != '-' || strings.ContainsFunc(text[:4], func(r rune) bool { return r < '0' || r > '9' }) {
		return false
	}
	for _, layout := range []string{"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
