package config

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// Decode reads a file that lies in a directory of a file system.
func Decode(f *source.File, dir string) (*Config, diag.List) {
	docs, problems := source.Parse(f, source.Limits{Bytes: 1 << 20, Documents: 2, Nodes: 10_000})
	d := decoder{dir: dir, config: &Config{Path: f.Path()}, diags: input.Problems(problems), into: map[string]field{}}
	switch {
	case d.diags.HasErrors():
		return d.config, d.diags
	case len(docs) == 0:
		d.diags.Errorf(diag.ConfigValue, source.PathSpan(f.Path()), "the file is empty").WithHint("it starts with apiVersion: %s and kind: %s", APIVersion, Kind)
		return d.config, d.diags
	case len(docs) > 1:
		d.diags.Errorf(diag.ConfigValue, docs[1].Root.Span(), "the file has more than one document")
	}
	for _, f := range d.config.fields() {
		d.into[f.name] = f
	}
	d.root(docs[0].Root)
	return d.config, d.diags
}

// decoder collects the problems of one file.
type decoder struct {
	dir    string
	config *Config
	diags  diag.List
	into   map[string]field
}

func (d *decoder) root(n *source.Node) {
	if n.Kind() != source.Map {
		d.diags.Errorf(diag.ConfigValue, n.Span(), "a configuration must be an object, not %s", n.Kind())
		return
	}
	for _, head := range [][2]string{{"apiVersion", APIVersion}, {"kind", Kind}} {
		v := n.Get(head[0])
		switch {
		case v == nil:
			d.diags.Errorf(diag.ConfigValue, n.Span(), "%s is missing", head[0]).WithHint("write %s: %s", head[0], head[1])
		case v.Str() != head[1]:
			d.diags.Errorf(diag.ConfigValue, v.Span(), "%s must be %s", head[0], head[1])
		}
	}
	d.object(n, "")
}

// object reads the fields of an object whose own name, with a dot, is the prefix.
func (d *decoder) object(n *source.Node, prefix string) {
	for _, f := range n.Fields() {
		name := prefix + f.Key
		if prefix == "" && (f.Key == "apiVersion" || f.Key == "kind") {
			continue
		}
		if into, ok := d.into[name]; ok {
			if f.Value.Kind() != source.Null { // A null counts as absent, as in Kubernetes.
				d.value(into, f.Value)
			}
			continue
		}
		if d.isObject(name) {
			d.nested(f.Value, name)
			continue
		}
		known := d.names(prefix)
		problem := d.diags.Errorf(diag.ConfigField, f.KeyAt.Span(), "there is no field %q", name)
		if s := diag.Suggest(f.Key, known); s != "" {
			problem.WithHint("did you mean %q?", s)
		} else {
			problem.WithHint("the fields are %s", strings.Join(known, ", "))
		}
	}
}

func (d *decoder) nested(n *source.Node, name string) {
	switch n.Kind() {
	case source.Map:
		d.object(n, name+".")
	case source.Null:
	case source.Bool, source.Int, source.Float, source.String, source.List:
		d.diags.Errorf(diag.ConfigValue, n.Span(), "%s must be an object, not %s", name, n.Kind())
	}
}

// isObject reports that fields have names with this one and a dot in front.
func (d *decoder) isObject(name string) bool {
	for known := range d.into {
		if strings.HasPrefix(known, name+".") {
			return true
		}
	}
	return false
}

// names are the keys that may follow a prefix, in the order of the reference.
func (d *decoder) names(prefix string) []string {
	var names []string
	if prefix == "" {
		names = append(names, "apiVersion", "kind")
	}
	for _, f := range d.config.fields() {
		rest, ok := strings.CutPrefix(f.name, prefix)
		if key, _, _ := strings.Cut(rest, "."); ok && !slices.Contains(names, key) {
			names = append(names, key)
		}
	}
	return names
}

// value reads one value.
func (d *decoder) value(f field, n *source.Node) {
	switch into := f.into.(type) {
	case *bool:
		if d.typed(f, n, source.Bool) {
			*into, _ = n.JSON().(bool)
		}
	case *int:
		i, _ := n.JSON().(int64)
		if d.typed(f, n, source.Int) {
			*into = int(i)
			if i < 1 {
				d.diags.Errorf(diag.ConfigValue, n.Span(), "%s must be at least 1", f.name)
			}
		}
	case *string:
		if d.typed(f, n, source.String) {
			*into = n.Str()
			d.text(f, n)
		}
	case *[]string:
		if !d.typed(f, n, source.List) {
			return
		}
		for _, item := range n.Items() {
			if d.typed(f, item, source.String) {
				*into = append(*into, d.path(item)...)
			}
		}
	}
}

func (d *decoder) typed(f field, n *source.Node, kind source.Kind) bool {
	if n.Kind() == kind {
		return true
	}
	problem := d.diags.Errorf(diag.ConfigValue, n.Span(), "%s must be of type %s, not %s", f.name, kind, n.Kind())
	switch {
	case kind == source.String && (n.Kind() == source.Float || n.Kind() == source.Int || n.Kind() == source.Bool):
		problem.WithHint("put it in quotes: %q", n.Span().Text())
	case kind == source.List && n.Kind() == source.String:
		problem.WithHint("write a list: [%s]", n.Str())
	}
	return false
}

// text checks what a string may be.
func (d *decoder) text(f field, n *source.Node) {
	if len(f.values) > 0 && !slices.Contains(f.values, n.Str()) {
		problem := d.diags.Errorf(diag.ConfigValue, n.Span(), "%s must be one of %s, not %q", f.name, strings.Join(f.values, ", "), n.Str())
		if s := diag.Suggest(n.Str(), f.values); s != "" {
			problem.WithHint("did you mean %q?", s)
		}
	}
	if f.pattern == "" {
		return
	}
	if pattern, err := regexp.Compile(f.pattern); err != nil || !pattern.MatchString(n.Str()) {
		d.diags.Errorf(diag.ConfigValue, n.Span(), "%s cannot be %q", f.name, n.Str()).WithHint("write a value such as %q", f.example)
	}
}

// path is a path of the file as one of the file system.
func (d *decoder) path(n *source.Node) []string {
	name := path.Join(d.dir, n.Str())
	if n.Str() == "" || path.IsAbs(n.Str()) || !fs.ValidPath(name) {
		d.diags.Errorf(diag.ConfigPath, n.Span(), "the path %q is not one inside the repository", n.Str()).
			WithHint("paths are relative to the directory of %s", Name)
		return nil
	}
	return []string{name}
}
