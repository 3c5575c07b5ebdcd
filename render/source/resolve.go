package source

import (
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar fills in a scalar node by the rules of YAML 1.1 and of the JSON that
// sigs.k8s.io/yaml makes of it: whole numbers become integers, timestamps stay text.
func (p *parser) scalar(n *Node, y *yaml.Node) {
	tag := ""
	if y.Style&yaml.TaggedStyle != 0 {
		tag = y.ShortTag()
	}
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
	n.start = p.contentStart(n.start, n.style)
	n.kind, n.str = String, y.Value
	switch {
	case tag == "!!binary":
		data, err := base64.StdEncoding.DecodeString(y.Value)
		if err != nil {
			p.report(BadValue, n.Span(), "!!binary is not valid base64")
			return
		}
		n.str = string(data)
	case tag == "!!str" || (tag == "" && n.style != plain):
	default:
		p.resolve(n, y.Value)
	}
}

// contentStart skips the tag and anchor before a scalar, where the YAML library's position points.
func (p *parser) contentStart(at int, s style) int {
	data := p.file.data
	for at < len(data) && (data[at] == '!' || data[at] == '&') && s != plain {
		for at < len(data) && !isSpace(data[at]) {
			at++
		}
		for at < len(data) && isSpace(data[at]) {
			at++
		}
	}
	for s == plain && at < len(data) && (data[at] == '!' || data[at] == '&') {
		end := at
		for end < len(data) && !isSpace(data[end]) {
			end++
		}
		for end < len(data) && (data[end] == ' ' || data[end] == '\t') {
			end++
		}
		at = end
	}
	return at
}

var yaml11Float = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// resolve decides what an unquoted scalar means.
func (p *parser) resolve(n *Node, text string) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		n.kind = Null
		return
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		n.kind, n.num = Bool, 1
		return
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		n.kind = Bool
		return
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		p.report(BadValue, n.Span(), fmt.Sprintf("%s has no JSON form", text))
		n.kind = Null
		return
	}
	if c := text[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return
	}
	if i, ok := parseInt(text); ok {
		n.kind, n.num = Int, i
		return
	}
	if f, ok := parseFloat(text); ok {
		p.float(n, f)
	}
}

// float stores a number as JSON would carry it: without a fraction it is an integer.
func (p *parser) float(n *Node, f float64) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		p.report(BadValue, n.Span(), "the number is too large for JSON")
		n.kind = Null
		return
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		n.kind, n.num = Int, int64(f)
		if math.Abs(f) < 1e21 {
			return
		}
	}
	n.kind, n.float = Float, f
}

func parseInt(text string) (int64, bool) {
	digits := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i, true
	}
	if rest, ok := strings.CutPrefix(digits, "-0b"); ok {
		if i, err := strconv.ParseInt("-"+rest, 2, 64); err == nil {
			return i, true
		}
	}
	return 0, false
}

func parseFloat(text string) (float64, bool) {
	if text[0] == '.' {
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	digits := strings.ReplaceAll(text, "_", "")
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return float64(u), true
	}
	if !yaml11Float.MatchString(digits) {
		return 0, false
	}
	f, err := strconv.ParseFloat(digits, 64)
	return f, err == nil || math.IsInf(f, 0)
}
