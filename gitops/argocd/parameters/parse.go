package parameters

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Variable is the environment variable in which Argo CD hands over the parameters.
const Variable = "ARGOCD_APP_PARAMETERS"

// entry is one parameter as Argo CD writes it.
type entry struct {
	Name   *string            `json:"name"`
	String *string            `json:"string,omitempty"`
	Array  *[]string          `json:"array,omitempty"`
	Map    *map[string]string `json:"map,omitempty"`
}

// value is what a parameter is set to. Exactly one of its fields is set.
type value struct {
	text  *string
	array *[]string
	table *map[string]string
	file  *source.File // stands for the value in messages
}

// Parse reads the parameters as Argo CD hands them over: a JSON array, "null" or "". The error is an [*Error] with
// all problems.
func Parse(appParameters string) (Parameters, error) {
	r := &reader{parameters: Parameters{Held: Fail, given: map[string]bool{}}}
	r.fields = r.parameters.fixed()
	if strings.TrimSpace(appParameters) != "" {
		r.read(appParameters)
	}
	if len(r.diags) > 0 {
		return Parameters{}, &Error{Problems: r.diags.Sorted()}
	}
	p := r.parameters
	slices.SortFunc(p.Overrides, func(a, b Override) int { return strings.Compare(a.Parameter, b.Parameter) })
	return p, nil
}

// reader is one call of Parse.
type reader struct {
	parameters Parameters
	fields     []field
	diags      diag.List
}

func (r *reader) read(text string) {
	var entries []entry
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		r.unreadable(text, err)
		return
	}
	for i, e := range entries {
		if e.Name == nil || *e.Name == "" {
			file := source.NewFile(Variable, []byte(text))
			r.diags.Errorf(CodeSyntax, source.NewSpan(file, 0, 0), "parameter %d has no name", i+1)
			continue
		}
		r.entry(*e.Name, e)
	}
}

// unreadable reports a list that is none.
func (r *reader) unreadable(text string, err error) {
	file, at := source.NewFile(Variable, []byte(text)), int64(0)
	message := "it is not a JSON array of parameters: " + err.Error()
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &wrong):
		at = wrong.Offset
		message = "a JSON " + wrong.Value + " is not what stands here; want [{\"name\": …, \"string\": …}, …] with string, array or map"
	}
	from := max(0, min(int(at)-1, len(text)))
	r.diags.Errorf(CodeSyntax, source.NewSpan(file, from, from), "%s", message)
}

// entry takes one parameter.
func (r *reader) entry(name string, e entry) {
	v := value{text: e.String, array: e.Array, table: e.Map}
	v.file = textOf(name, written(v))
	span := whole(v.file)
	if r.parameters.given[name] {
		r.diags.Errorf(CodeTwice, span, "the parameter is given twice")
		return
	}
	r.parameters.given[name] = true
	switch count := present(v.text != nil, v.array != nil, v.table != nil); {
	case count == 0:
		r.diags.Errorf(CodeValue, span, "it has neither a string, nor an array, nor a map")
		return
	case count > 1:
		r.diags.Errorf(CodeValue, span, "it has more than one of a string, an array and a map")
		return
	}
	if i := slices.IndexFunc(r.fields, func(f field) bool { return f.name == name }); i >= 0 {
		r.fixed(r.fields[i], v)
		return
	}
	r.override(name, v)
}

func present(which ...bool) int {
	count := 0
	for _, is := range which {
		if is {
			count++
		}
	}
	return count
}

// written is the text that stands for a value in messages: a string as it is, anything else as JSON.
func written(v value) string {
	var data []byte
	switch {
	case v.text != nil:
		return *v.text
	case v.array != nil:
		data, _ = json.Marshal(*v.array) // strings have a JSON form
	case v.table != nil:
		data, _ = json.Marshal(*v.table)
	}
	return string(data)
}

// whole is the span of the first line of a text.
func whole(f *source.File) source.Span {
	line, _, _ := strings.Cut(f.Text(), "\n")
	return source.NewSpan(f, 0, len(line))
}

// fixed sets a parameter that every application has.
func (r *reader) fixed(f field, v value) {
	span := whole(v.file)
	if into, ok := f.into.(*[]string); ok {
		r.paths(into, v)
		return
	}
	if v.text == nil {
		r.diags.Errorf(CodeValue, span, "%s takes a string", f.name)
		return
	}
	text := *v.text
	switch into := f.into.(type) {
	case *string:
		r.choice(f, into, v)
	case *bool:
		switch text {
		case "true", "false":
			*into = text == "true"
		default:
			r.diags.Errorf(CodeValue, span, "%s is neither true nor false", strconv.Quote(text))
		}
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil || n < f.lowest || n > f.highest {
			r.diags.Errorf(CodeValue, span, "%s is not an integer from %d to %d", strconv.Quote(text), f.lowest, f.highest)
			return
		}
		*into = n
	}
}

// choice sets a string.
func (r *reader) choice(f field, into *string, v value) {
	text, span := *v.text, whole(v.file)
	if len(f.values) == 0 {
		// The only free one is a version of Kubernetes.
		if _, err := catalog.Builtin(text); err != nil || text == "" {
			r.diags.Errorf(CodeValue, span, "%s is no version of Kubernetes that is built in; these are: %s", strconv.Quote(text), strings.Join(catalog.Versions(), ", "))
			return
		}
		*into = text
		return
	}
	if !slices.Contains(f.values, text) {
		d := r.diags.Errorf(CodeValue, span, "%s is not one of %s", strconv.Quote(text), listed(f.values))
		if near := diag.Suggest(text, f.values); near != "" {
			d.WithHint("did you mean %q?", near)
		}
		return
	}
	*into = text
}

// paths sets a list of paths. A string is a list of one.
func (r *reader) paths(into *[]string, v value) {
	span := whole(v.file)
	var list []string
	switch {
	case v.text != nil:
		list = []string{*v.text}
	case v.array != nil:
		list = *v.array
	default:
		r.diags.Errorf(CodeValue, span, "it takes an array of paths, or a string with one path")
		return
	}
	for _, text := range list {
		name := path.Clean(text)
		switch {
		case text == "":
			r.diags.Errorf(CodeValue, span, "a path is empty")
		case path.IsAbs(text):
			r.diags.Errorf(CodeValue, span, "the path %s is absolute", strconv.Quote(text)).WithHint("paths start at the root of the repository, without a slash")
		case !fs.ValidPath(name):
			r.diags.Errorf(CodeValue, span, "the path %s leads out of the repository", strconv.Quote(text)).WithHint("paths start at the root of the repository")
		case !slices.Contains(*into, name):
			*into = append(*into, name)
		}
	}
}

// override takes the value of a field of an instance.
func (r *reader) override(name string, v value) {
	span := whole(v.file)
	instance, field, named := strings.Cut(name, ":")
	if !named {
		instance, field = "", name
	}
	if !named && field != "spec" && !strings.HasPrefix(field, "spec.") && !strings.HasPrefix(field, "spec[") {
		d := r.diags.Errorf(CodeUnknown, span, "there is no such parameter")
		if near := diag.Suggest(name, names(r.fields)); near != "" {
			d.WithHint("did you mean %q?", near)
		} else {
			d.WithHint("parameters are %s, and spec.FIELD for the fields of the instance", strings.Join(names(r.fields), ", "))
		}
		return
	}
	o := Override{Parameter: name, value: v}
	parts := strings.Split(instance, "/")
	switch {
	case !named:
	case slices.Contains(parts, "") || len(parts) < 2 || len(parts) > 3:
		r.diags.Errorf(CodeUnknown, span, "%s names no instance", strconv.Quote(instance)).WithHint("an instance is named Kind/name:spec.FIELD or Kind/namespace/name:spec.FIELD")
		return
	case len(parts) == 2:
		o.Kind, o.Name = parts[0], parts[1]
	default:
		o.Kind, o.Namespace, o.Name = parts[0], parts[1], parts[2]
	}
	at, err := fieldpath.Parse(field)
	if err != nil {
		r.diags.Errorf(CodeField, span, "%s is no field: %v", strconv.Quote(field), err)
		return
	}
	if !r.inSpec(at, span) {
		return
	}
	o.Path = at
	r.parameters.Overrides = append(r.parameters.Overrides, o)
}

// inSpec reports that a path leads to a field below spec by its keys.
func (r *reader) inSpec(at fieldpath.Path, span source.Span) bool {
	elements := at.Elements()
	first := ""
	if len(elements) > 0 {
		first, _ = elements[0].Key()
	}
	if first != "spec" {
		r.diags.Errorf(CodeUnknown, span, "parameters set fields of the spec alone").WithHint("write spec.FIELD")
		return false
	}
	if len(elements) == 1 {
		r.diags.Errorf(CodeField, span, "the spec is not set as a whole").WithHint("set its fields: spec.FIELD")
		return false
	}
	for _, e := range elements {
		if _, isKey := e.Key(); !isKey {
			r.diags.Errorf(CodeField, span, "%s leads into a list, and a list is set as a whole", at).WithHint("give the parameter of the list an array")
			return false
		}
	}
	return true
}

// maxName is the number of runes of a parameter's name that messages show.
const maxName = 100

// printable is a name without what would break a line of text.
func printable(name string) string {
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName]) + "…"
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
