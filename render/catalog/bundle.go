package catalog

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	bundleVersion = "krowave.dev/v1alpha1"
	bundleKind    = "SchemaBundle"

	// maxBundleBytes bounds the JSON of a bundle; all CRDs of a large cluster take a few ten megabytes.
	maxBundleBytes = 128 << 20
	// maxObjects bounds the JSON objects that are decoded at once: the list of kinds, or one document.
	maxObjects = 400_000
)

// Bundle is the kinds of a cluster, exported into one file. A document is decoded
// when the first of its kinds is looked up. A Bundle is safe for concurrent use.
type Bundle struct {
	origin string
	kinds  map[schema.GroupVersionKind]bundleEntry

	mu        sync.Mutex
	documents map[string]json.RawMessage // those that are not decoded yet
	decoded   map[schema.GroupVersionKind]bundleSchema
	left      int // nodes that may still be made
}

type bundleSchema struct {
	schema *Schema
	err    error
}

// bundleFile is the form of the file: JSON, compressed by gzip or not.
type bundleFile struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Kinds      json.RawMessage `json:"kinds"`
	// Documents are the named schemas of OpenAPI v3 documents, by the path of the document.
	Documents map[string]json.RawMessage `json:"documents"`
}

// bundleEntry is what the URLs of a document say, and the schema's name in it.
type bundleEntry struct {
	documentKind

	Plural     string `json:"plural"`
	Namespaced bool   `json:"namespaced"`
	Schema     string `json:"schema"`
}

// EncodeBundle writes OpenAPI v3 documents of an API server, by their path in its
// index ("apis/apps/v1"), as a bundle: compressed, without descriptions and without what
// no kind needs. Equal input gives equal bytes. The error names each kind that
// a bundle cannot hold; with such an error there is no bundle.
func EncodeBundle(documents map[string][]byte) ([]byte, error) {
	file := bundleFile{APIVersion: bundleVersion, Kind: bundleKind, Documents: map[string]json.RawMessage{}}
	entries := []bundleEntry{}
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(documents)) {
		more, schemas, err := encodeDocument(path, documents[path])
		if err != nil {
			errs = append(errs, err)
		}
		if len(more) > 0 {
			entries = append(entries, more...)
			file.Documents[path] = schemas
		}
	}
	kinds, err := json.Marshal(entries)
	file.Kinds = kinds
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	text, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	out, err := compress(text)
	if err != nil {
		return nil, err
	}
	// What we would not read back we do not hand out.
	b, err := DecodeBundle(out, "")
	if err != nil {
		return nil, err
	}
	if _, err := b.Kinds(); err != nil {
		return nil, err
	}
	return out, nil
}

func compress(text []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// encodeDocument is the kinds of a document and the schemas that they need.
func encodeDocument(path string, data []byte) ([]bundleEntry, json.RawMessage, error) {
	gv, ok := documentVersion(path)
	if !ok {
		return nil, nil, nil
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, nil, fmt.Errorf("read OpenAPI document %s: %w", path, err)
	}
	var entries []bundleEntry
	needed := map[string]*apiextensionsv1.JSONSchemaProps{}
	for _, res := range d.resources(path, gv) {
		entries = append(entries, bundleEntry{
			documentKind: documentKind{Group: res.gvk.Group, Version: res.gvk.Version, Kind: res.gvk.Kind},
			Plural:       res.plural, Namespaced: res.namespaced, Schema: res.component,
		})
		d.collect(res.component, needed)
	}
	schemas, err := json.Marshal(needed)
	return entries, schemas, err
}

// collect adds a component, without descriptions, and all that it refers to.
func (d *document) collect(name string, into map[string]*apiextensionsv1.JSONSchemaProps) {
	for todo := []string{name}; len(todo) > 0; {
		name, todo = todo[0], todo[1:]
		c := d.Components.Schemas[name]
		if c == nil || into[name] != nil {
			continue
		}
		into[name] = &c.JSONSchemaProps
		visit(&c.JSONSchemaProps, func(p *apiextensionsv1.JSONSchemaProps) {
			p.Description, p.Title, p.Example, p.ExternalDocs = "", "", nil, nil
			if ref, ok := reference(p); ok {
				todo = append(todo, ref)
			}
		})
	}
}

// visit calls f for a schema and all schemas inside of it, which f may change.
func visit(p *apiextensionsv1.JSONSchemaProps, f func(*apiextensionsv1.JSONSchemaProps)) {
	f(p)
	for name, field := range p.Properties {
		visit(&field, f)
		p.Properties[name] = field
	}
	for _, list := range [][]apiextensionsv1.JSONSchemaProps{p.OneOf, p.AnyOf, p.AllOf} {
		for i := range list {
			visit(&list[i], f)
		}
	}
	single := []*apiextensionsv1.JSONSchemaProps{p.Not}
	if p.Items != nil {
		single = append(single, p.Items.Schema)
	}
	if p.AdditionalProperties != nil {
		single = append(single, p.AdditionalProperties.Schema)
	}
	for _, s := range single {
		if s != nil {
			visit(s, f)
		}
	}
}

// DecodeBundle reads a bundle. The origin is what its kinds give as theirs, for
// example the name of the file.
func DecodeBundle(data []byte, origin string) (*Bundle, error) {
	data, err := decompress(data, maxBundleBytes)
	if err != nil {
		return nil, fmt.Errorf("read schema bundle: %w", err)
	}
	var file bundleFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read schema bundle: %w", err)
	}
	if file.APIVersion != bundleVersion || file.Kind != bundleKind {
		return nil, fmt.Errorf("read schema bundle: it is %q of %q, not %s of %s", file.Kind, file.APIVersion, bundleKind, bundleVersion)
	}
	var entries []bundleEntry
	if err := decodeBounded(file.Kinds, &entries); err != nil {
		return nil, fmt.Errorf("read schema bundle: kinds: %w", err)
	}
	b := &Bundle{
		origin:    origin,
		kinds:     make(map[schema.GroupVersionKind]bundleEntry, len(entries)),
		documents: file.Documents,
		decoded:   map[schema.GroupVersionKind]bundleSchema{},
		left:      maxNodes,
	}
	for _, e := range entries {
		b.kinds[e.gvk()] = e
	}
	return b, nil
}

// decompress undoes gzip where the data is compressed. The result has at most limit bytes.
func decompress(data []byte, limit int) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		if data, err = io.ReadAll(io.LimitReader(r, int64(limit)+1)); err != nil {
			return nil, err
		}
	}
	if len(data) > limit {
		return nil, fmt.Errorf("larger than %d bytes", limit)
	}
	return data, nil
}

// decodeBounded decodes JSON unless the result would take very much more memory than the text.
func decodeBounded(data []byte, into any) error {
	if len(data) == 0 {
		return nil
	}
	if bytes.Count(data, []byte("{"))+bytes.Count(data, []byte("[")) > maxObjects {
		return fmt.Errorf("more than %d objects", maxObjects)
	}
	return json.Unmarshal(data, into)
}

// Kinds are all kinds of the bundle, decoded and sorted. A kind that cannot be
// decoded is left out, and the error says so.
func (b *Bundle) Kinds() ([]Kind, error) {
	var kinds []Kind
	var errs []error
	for _, gvk := range slices.SortedFunc(maps.Keys(b.kinds), compareGVK) {
		kind, err := b.kind(gvk)
		if err != nil {
			errs = append(errs, fmt.Errorf("read schema bundle: %s: %w", gvk, err))
			continue
		}
		kinds = append(kinds, kind)
	}
	return kinds, errors.Join(errs...)
}

func (b *Bundle) kind(gvk schema.GroupVersionKind) (Kind, error) {
	e := b.kinds[gvk]
	s, err := b.schema(gvk)
	return Kind{GVK: gvk, Schema: s, Namespaced: e.Namespaced, Plural: e.Plural, Origin: b.origin}, err
}

func (b *Bundle) find(gvk schema.GroupVersionKind) (Kind, bool) {
	if _, ok := b.kinds[gvk]; !ok {
		return Kind{}, false
	}
	kind, err := b.kind(gvk)
	return kind, err == nil
}

func (b *Bundle) gvks() []schema.GroupVersionKind {
	return slices.Collect(maps.Keys(b.kinds))
}

func (b *Bundle) schema(gvk schema.GroupVersionKind) (*Schema, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	path := documentPath(gvk.GroupVersion())
	if data, ok := b.documents[path]; ok {
		delete(b.documents, path)
		b.decode(gvk.GroupVersion(), data)
	}
	s, ok := b.decoded[gvk]
	if !ok {
		return nil, errors.New("its document is missing")
	}
	return s.schema, s.err
}

// decode reads all kinds of a document, so that nothing else of it need be kept.
func (b *Bundle) decode(gv schema.GroupVersion, data []byte) {
	var components map[string]*component
	err := decodeBounded(data, &components)
	r := newResolver(components, b.left)
	for _, gvk := range slices.SortedFunc(maps.Keys(b.kinds), compareGVK) {
		if gvk.GroupVersion() != gv {
			continue
		}
		s := bundleSchema{err: err}
		if err == nil {
			s.schema, s.err = r.kind(b.kinds[gvk].Schema)
		}
		b.decoded[gvk] = s
	}
	b.left = r.left
}
