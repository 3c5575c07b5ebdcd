package admission

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// rule is what a finding breaks. Instances and rendered objects have codes of
// their own for each rule.
type rule uint8

const (
	ruleType rule = iota
	ruleRequired
	ruleUnknown // refused
	ruleDropped // unknown, and dropped
	ruleEnum
	rulePattern
	ruleRange
	ruleLength
	ruleDuplicate
	ruleAlternative
	ruleCEL
	ruleCELFailed
	ruleCELCost
	ruleKind
	ruleName
	ruleNamespace
	ruleLabel
	ruleMetadata
	ruleServerField
	ruleSelector
)

// blocks reports that the API server does not evaluate CEL rules on an object that
// breaks the rule. Of lengths and alternatives only some do, which say so.
func (r rule) blocks() bool { return r == ruleType || r == ruleRequired || r == ruleEnum }

// place says which part of a field a finding points at.
type place uint8

const (
	atValue  place = iota
	atKey          // the key, for fields that should not be there
	atParent       // the key of the object around it, for fields that are missing
)

// finding is one problem of an object, before it is decided how grave it is and
// where the user wrote it.
type finding struct {
	rule    rule
	path    fieldpath.Path
	place   place
	blocks  bool // no CEL rules are evaluated
	message string
	hint    string
	other   fieldpath.Path // another place that has to do with it, or the root for none
	note    string         // what is said there
}

// recorder collects findings during a walk.
type recorder struct {
	trail    trail // to the value in hand
	findings []finding
	// quiet walks only ask whether something is wrong, for alternatives of a schema.
	quiet   bool
	failed  bool
	blocked bool // failed in a way that keeps CEL rules from being evaluated
}

// add records a problem of the value in hand. The format is given the path first.
func (r *recorder) add(rule rule, format string, args ...any) *finding {
	if r.quiet { // Saves the path.
		r.fail(rule)
		return &finding{}
	}
	return r.addAt(rule, r.trail.path(), format, args...)
}

// addAt records a problem of another value. The finding may be refined until the next one.
func (r *recorder) addAt(rule rule, at fieldpath.Path, format string, args ...any) *finding {
	r.fail(rule)
	name := at.String()
	if name == "" {
		name = "the object"
	}
	r.findings = append(r.findings, finding{
		rule: rule, path: at, blocks: rule.blocks(),
		message: name + " " + fmt.Sprintf(format, args...),
	})
	return &r.findings[len(r.findings)-1]
}

func (r *recorder) fail(rule rule) {
	r.failed = true
	r.blocked = r.blocked || rule.blocks()
}

func (r *recorder) push(key string) { r.trail = append(r.trail, step{key: key, index: -1}) }
func (r *recorder) pushItem(i int)  { r.trail = append(r.trail, step{index: i}) }
func (r *recorder) pop()            { r.trail = r.trail[:len(r.trail)-1] }

// maxQuoted is the number of runes of a value that a message repeats.
const maxQuoted = 60

// quote is a value as messages show it.
func quote(x any) string {
	switch x := x.(type) {
	case nil:
		return "null"
	case string:
		if utf8.RuneCountInString(x) > maxQuoted {
			x = string([]rune(x)[:maxQuoted]) + "…"
		}
		return strconv.Quote(x)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	return fmt.Sprint(x)
}

// describe is a value together with its type.
func describe(x any) string {
	switch x.(type) {
	case string:
		return "the string " + quote(x)
	case bool:
		return "the boolean " + quote(x)
	case int64:
		return "the integer " + quote(x)
	case float64:
		return "the number " + quote(x)
	}
	return quote(x)
}

// list is a choice in words: "a", "b" or "c".
func list(words []string) string {
	const most = 12
	if len(words) > most {
		return strings.Join(words[:most], ", ") + ", …"
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// span is where in a document a finding points. Values that are not written
// there, because they are defaults, are shown at what is nearest around them.
func span(at *source.Node, p fieldpath.Path, where place) source.Span {
	if at == nil {
		return source.Span{}
	}
	node, key, written := descend(at, p)
	if where == atParent && written {
		where = atKey
	}
	compound := node.Kind() == source.Map || node.Kind() == source.List
	if key != nil && (where == atKey || !written || compound) {
		return key.Span()
	}
	return node.Span()
}

// descend follows a path as far as it is written. It answers the last node, its key
// (nil for items and the root), and whether that is the end of the path.
func descend(node *source.Node, p fieldpath.Path) (last, key *source.Node, written bool) {
	for _, e := range p.Elements() {
		if i, ok := e.Index(); ok {
			items := node.Items()
			if i >= len(items) {
				return node, key, false
			}
			node, key = items[i], nil
			continue
		}
		name, _ := e.Key()
		f, ok := node.Field(name)
		if !ok {
			return node, key, false
		}
		node, key = f.Value, f.KeyAt
	}
	return node, key, true
}
