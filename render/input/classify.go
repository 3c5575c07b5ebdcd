package input

import (
	"path"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/lazyregexp"
	"github.com/krowave/krowave/render/source"
)

const (
	kroGroup      = "kro.run"
	rgdVersion    = kroGroup + "/v1alpha1"
	rgdKind       = "ResourceGraphDefinition"
	oldRGDKind    = "ResourceGroup"
	crdVersion    = "apiextensions.k8s.io/v1"
	crdKind       = "CustomResourceDefinition"
	kustomizeAPI  = "kustomize.config.k8s.io"
	configVersion = "krowave.dev/v1alpha1"
	configKind    = "Config"
)

func (o *Object) isRGD() bool { return o.APIVersion == rgdVersion && o.Kind == rgdKind }

// ofKubernetes finds the fields of an object in a file that cannot be read as YAML.
var ofKubernetes = lazyregexp.New(`(?m)^[ \t\-{]*"?(apiVersion|kind)"?[ \t]*:`)

// ofSecret finds files whose lines are not shown, since the values of a Secret may be among them.
var ofSecret = lazyregexp.New(`kind"?[ \t]*:[ \t]*["']?Secret`)

// isKubernetes reports that a file is meant to hold Kubernetes objects.
func isKubernetes(f *source.File, p parsed) bool {
	for _, d := range p.documents {
		if d.Root.Get("apiVersion") != nil || d.Root.Get("kind") != nil {
			return true
		}
	}
	for _, problem := range p.problems {
		if problem.Kind == source.Syntax || problem.Kind == source.LimitHit {
			return ofKubernetes().MatchString(f.Text())
		}
	}
	return false
}

// document takes what one document holds.
func (l *loader) document(n *source.Node, kustomization string) {
	apiVersion, kind := n.Get("apiVersion"), n.Get("kind")
	switch {
	case n.Kind() == source.Map && apiVersion == nil && kind == nil:
		l.diags.Errorf(diag.InputNoObject, n.Span(), "a document without apiVersion and kind in a file of Kubernetes objects")
	case n.Kind() != source.Map:
		l.diags.Errorf(diag.InputNoObject, n.Span(), "a Kubernetes object must be an object, not %s", n.Kind())
	case apiVersion.Str() == "" || kind.Str() == "":
		l.half(n)
	case isList(n):
		l.list(n, kustomization)
	default:
		l.object(n, kustomization)
	}
}

// isList reports that a document is a list of objects: kind List, or what kubectl prints for one kind.
func isList(n *source.Node) bool {
	kind, items := n.Get("kind").Str(), n.Get("items")
	if kind == "List" && n.Get("apiVersion").Str() == "v1" {
		return true
	}
	return strings.HasSuffix(kind, "List") && items.Kind() == source.List && n.Lookup("metadata", "name") == nil
}

// list takes the items of a list. In a list of one kind, as the API server makes it, the items leave out what
// the list says.
func (l *loader) list(n *source.Node, kustomization string) {
	version, _ := n.Field("apiVersion")
	kind, _ := n.Field("kind")
	item := strings.TrimSuffix(kind.Value.Str(), "List")
	if item != "" {
		l.lists = append(l.lists, &Object{Node: n, APIVersion: version.Value.Str(), Kind: item})
	}
	for _, node := range n.Get("items").Items() {
		if item != "" && node.Get("apiVersion") == nil && node.Get("kind") == nil {
			node = node.With(version, source.Field{Key: kind.Key, KeyAt: kind.KeyAt, Value: kind.Value.WithText(item)})
		}
		l.document(node, kustomization)
	}
}

// half reports an object without one of apiVersion and kind.
func (l *loader) half(n *source.Node) {
	for _, key := range []string{"apiVersion", "kind"} {
		v := n.Get(key)
		switch {
		case v == nil || v.Kind() == source.Null:
			d := l.diags.Errorf(diag.InputHalf, n.Span(), "the object has no %s", key)
			if s := diag.Suggest(key, n.Keys()); strings.EqualFold(s, key) {
				d.WithHint("write %q as %q", s, key)
			}
		case v.Kind() != source.String:
			l.diags.Errorf(diag.InputHalf, v.Span(), "%s must be a string, not %s", key, v.Kind())
		case v.Str() == "":
			l.diags.Errorf(diag.InputHalf, v.Span(), "%s is empty", key)
		}
	}
}

// object takes one object.
func (l *loader) object(n *source.Node, kustomization string) {
	o := &Object{Node: n, APIVersion: n.Get("apiVersion").Str(), Kind: n.Get("kind").Str(), Kustomization: kustomization}
	group, version, _ := strings.Cut(o.APIVersion, "/")
	switch {
	case group == kustomizeAPI:
		l.diags.Warnf(diag.InputMisplaced, n.Span(), "a kustomization in a file with another name is not built").
			WithHint("call the file kustomization.yaml")
		return
	case o.APIVersion == configVersion && o.Kind == configKind:
		if path.Base(n.Span().Path()) != configFile {
			l.diags.Warnf(diag.InputMisplaced, n.Span(), "a configuration in a file with another name is not used").
				WithHint("call the file %s", configFile)
		}
		return
	case group == kroGroup && o.Kind == oldRGDKind:
		l.diags.Errorf(diag.InputOldKind, n.Get("kind").Span(), "kro 0.2 renamed ResourceGroup to ResourceGraphDefinition").
			WithHint("write kind: ResourceGraphDefinition, without a namespace; schema.validation became the marker validation of a field")
		return
	case group == kroGroup && o.Kind == rgdKind && o.APIVersion != rgdVersion:
		l.diags.Errorf(diag.InputOldKind, n.Get("apiVersion").Span(), "kro v0.9.4 has no version %s of ResourceGraphDefinition", version).
			WithHint("write apiVersion: %s", rgdVersion)
		return
	}
	metadata := n.Get("metadata")
	o.Name, o.Namespace = metadata.Get("name").Str(), metadata.Get("namespace").Str()
	if !o.isRGD() && !l.identified(n, metadata) { // Package rgd tells about the metadata of an RGD.
		return
	}
	l.take(o)
}

// identified reports whether an object has a name and, if any, a namespace that are text.
func (l *loader) identified(n, metadata *source.Node) bool {
	if metadata.Kind() != source.Map {
		at := metadata
		if at == nil {
			at = n
		}
		l.diags.Errorf(diag.InputIdentity, at.Span(), "the %s has no metadata.name", n.Get("kind").Str())
		return false
	}
	ok := true
	for _, key := range []string{"name", "namespace", "generateName"} {
		v := metadata.Get(key)
		if v == nil || v.Kind() == source.Null || v.Kind() == source.String {
			continue
		}
		ok = false
		d := l.diags.Errorf(diag.InputIdentity, v.Span(), "metadata.%s must be a string, not %s", key, v.Kind())
		if v.Kind() != source.Map && v.Kind() != source.List {
			d.WithHint("put it in quotes: %q", v.Span().Text())
		}
	}
	if ok && metadata.Get("name").Str() == "" && metadata.Get("generateName").Str() == "" {
		l.diags.Errorf(diag.InputIdentity, metadata.Span(), "the %s has no metadata.name", n.Get("kind").Str())
		return false
	}
	return ok
}
