package generator

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// writer prints an object as YAML in a random but lasting style: plain, quoted and block
// scalars, flow and block lists, comments.
type writer struct {
	dice *dice
	out  strings.Builder
}

// write is the text of one document.
func write(d *dice, root *object) string {
	w := &writer{dice: d}
	w.object(root, 0)
	return w.out.String()
}

func (w *writer) object(o *object, indent int) {
	for i, key := range o.keys {
		if i > 0 || indent == 0 {
			w.pad(indent)
		}
		w.out.WriteString(w.key(key))
		w.out.WriteByte(':')
		w.value(o.values[key], indent, afterKey)
	}
}

// pad starts a line, sometimes after a comment.
func (w *writer) pad(indent int) {
	space := strings.Repeat(" ", indent)
	if w.dice.chance(1) {
		w.out.WriteString(space + "# a comment: with ${no.expression}\n")
	}
	w.out.WriteString(space)
}

// position says what stands before a value on its line.
type position int

const (
	afterKey position = iota
	afterDash
)

// value prints what follows a key or the dash of a list item, up to the end of the line.
func (w *writer) value(value any, indent int, at position) {
	switch v := value.(type) {
	case *object:
		w.inner(v, indent, at)
	case []any:
		w.list(v, indent, at)
	case string:
		w.out.WriteString(" " + w.scalar(v, indent+2) + "\n")
	case int:
		w.out.WriteString(" " + strconv.Itoa(v) + "\n")
	case float64:
		w.out.WriteString(" " + strconv.FormatFloat(v, 'f', -1, 64) + "\n")
	case bool:
		w.out.WriteString(" " + strconv.FormatBool(v) + "\n")
	default:
		w.out.WriteString(" " + pick(w.dice, "null", "~") + "\n")
	}
}

func (w *writer) inner(o *object, indent int, at position) {
	switch {
	case len(o.keys) == 0:
		w.out.WriteString(" {}\n")
	case at == afterDash:
		w.out.WriteByte(' ')
		w.object(o, indent+2)
	default:
		w.out.WriteByte('\n')
		w.pad(indent + 2)
		w.object(o, indent+2)
	}
}

func (w *writer) list(items []any, indent int, at position) {
	if len(items) == 0 {
		w.out.WriteString(" []\n")
		return
	}
	if text, ok := flow(items); ok && (at == afterDash || w.dice.chance(30)) {
		w.out.WriteString(" " + text + "\n")
		return
	}
	w.out.WriteByte('\n')
	if at == afterDash || w.dice.chance(50) {
		indent += 2
	}
	for _, item := range items {
		w.pad(indent)
		w.out.WriteByte('-')
		w.value(item, indent, afterDash)
	}
}

// flow is a list of plain scalars on one line.
func flow(items []any) (string, bool) {
	all := make([]string, 0, len(items))
	for _, item := range items {
		switch item.(type) {
		case string, int, bool:
		default:
			return "", false
		}
		all = append(all, quoted(item))
	}
	return "[" + strings.Join(all, ", ") + "]", true
}

// quoted is JSON, which YAML reads as it is.
func quoted(value any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return `""`
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// Plain scalars that no YAML version reads as anything but a string.
var (
	plainKey    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$`)
	plainText   = regexp.MustCompile(`^[A-Za-z$_][A-Za-z0-9_./${}()"'?=<>!+*|&, \[\]-]*[A-Za-z0-9}\])]$`)
	notAString  = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$`)
	breaksBlock = regexp.MustCompile(`(?m)^[ \t]|[ \t]$|^$|[^\n -~]`)
)

func (w *writer) key(key string) string {
	if plainKey.MatchString(key) && !notAString.MatchString(key) {
		return key
	}
	return quoted(key)
}

// scalar prints a string in one of the styles that can hold it.
func (w *writer) scalar(text string, indent int) string {
	styles := []func(string, int) (string, bool){plain, plain, single, double, literal, folded}
	for range 6 {
		if out, ok := pick(w.dice, styles...)(text, indent); ok {
			return out
		}
	}
	return quoted(text)
}

func plain(text string, _ int) (string, bool) {
	return text, plainText.MatchString(text) && !notAString.MatchString(text) && !strings.Contains(text, " #")
}

func single(text string, _ int) (string, bool) {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'", !strings.ContainsAny(text, "\n\t")
}

func double(text string, _ int) (string, bool) { return quoted(text), true }

func literal(text string, indent int) (string, bool) {
	header := "|-\n"
	body, ended := strings.CutSuffix(text, "\n")
	if ended {
		header = "|\n"
	}
	space := strings.Repeat(" ", indent)
	return header + space + strings.ReplaceAll(body, "\n", "\n"+space), !breaksBlock.MatchString(body)
}

func folded(text string, indent int) (string, bool) {
	ok := !strings.Contains(text, "\n") && !strings.Contains(text, "  ") && !breaksBlock.MatchString(text)
	words := strings.SplitN(text, " ", 3)
	space := "\n" + strings.Repeat(" ", indent)
	return ">-" + space + strings.Join(words, space), ok && len(words) == 3
}
