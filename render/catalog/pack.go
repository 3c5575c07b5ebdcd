package catalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The packed form, all numbers little endian:
//
//	magic, then four uint32: strings, nodes, bytes of all strings, bytes of all nodes
//	the end of each string in the bytes of all strings, a uint32 each
//	the end of each node in the bytes of all nodes, a uint32 each
//	the bytes of all strings, the bytes of all nodes
//	the releases: their number; for each its version and the size of its list of kinds; the list
//
// Numbers inside nodes and releases are varints; strings and nodes are named by
// their index. Equal nodes are stored once, and a node comes after the nodes
// that it refers to, so that damaged data cannot make a reader run in circles.
const (
	magic      = "krowave\x01"
	headerSize = len(magic) + 4*4
)

// What a node has, one bit each; the parts follow in this order. The last eight have no part.
const (
	hasType uint64 = 1 << iota
	hasFormat
	hasProperties
	hasItems
	hasRequired
	hasListType
	hasListMapKeys
	hasMapType
	hasAdditional
	hasDefault
	hasEnum
	hasOneOf
	hasAnyOf
	hasAllOf
	hasNot
	hasPattern
	hasMinimum
	hasMaximum
	hasMultipleOf
	hasMinLength
	hasMaxLength
	hasMinItems
	hasMaxItems
	hasMinProperties
	hasMaxProperties
	isNullable
	isAnyAdditional
	isExclusiveMinimum
	isExclusiveMaximum
	isUniqueItems
	isPreserveUnknown
	isIntOrString
	isEmbedded
)

// The kinds of JSON values.
const (
	valueNull byte = iota
	valueFalse
	valueTrue
	valueInt
	valueFloat
	valueString
	valueList
	valueMap
)

// Release is the set of kinds of one Kubernetes minor.
type Release struct {
	Version string // "1.36"
	Kinds   []Kind
}

// Pack is the packed form of some releases, for the program that makes the embedded
// file. The order of releases and kinds does not matter; descriptions and origins are left
// out. Equal input gives equal bytes.
func Pack(releases []Release) ([]byte, error) {
	p := &packer{texts: map[string]uint64{}, nodes: map[string]uint64{}, seen: map[*Schema]uint64{}}
	releases = slices.Clone(releases)
	slices.SortFunc(releases, func(a, b Release) int { return compareVersions(a.Version, b.Version) })
	out := binary.AppendUvarint(nil, uint64(len(releases)))
	for _, r := range releases {
		list := p.kinds(r.Kinds)
		out = p.text(out, r.Version)
		out = binary.AppendUvarint(out, uint64(len(list)))
		out = append(out, list...)
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.file(out)
}

type packer struct {
	texts map[string]uint64 // index by text
	nodes map[string]uint64 // index by packed form
	seen  map[*Schema]uint64

	textBytes, nodeBytes []byte
	textEnds, nodeEnds   []byte
	err                  error
}

func (p *packer) file(releases []byte) ([]byte, error) {
	out := []byte(magic)
	for _, size := range []int{len(p.texts), len(p.nodes), len(p.textBytes), len(p.nodeBytes)} {
		if size > math.MaxUint32 {
			return nil, errors.New("pack schemas: too large")
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(size)) //nolint:gosec // checked above
	}
	return slices.Concat(out, p.textEnds, p.nodeEnds, p.textBytes, p.nodeBytes, releases), nil
}

func (p *packer) kinds(kinds []Kind) []byte {
	kinds = slices.Clone(kinds)
	slices.SortFunc(kinds, func(a, b Kind) int { return compareGVK(a.GVK, b.GVK) })
	out := binary.AppendUvarint(nil, uint64(len(kinds)))
	for _, k := range kinds {
		if k.Schema == nil {
			p.err = fmt.Errorf("pack schemas: %s has none", k.GVK)
			return nil
		}
		for _, text := range []string{k.GVK.Group, k.GVK.Version, k.GVK.Kind, k.Plural} {
			out = p.text(out, text)
		}
		scope := uint64(0)
		if k.Namespaced {
			scope = 1
		}
		out = p.ref(binary.AppendUvarint(out, scope), k.Schema)
	}
	return out
}

// text appends the index of a string.
func (p *packer) text(out []byte, s string) []byte {
	i, ok := p.texts[s]
	if !ok {
		i = uint64(len(p.texts))
		p.texts[s] = i
		p.textBytes = append(p.textBytes, s...)
		p.textEnds = appendEnd(p.textEnds, len(p.textBytes))
	}
	return binary.AppendUvarint(out, i)
}

func (p *packer) list(out []byte, texts []string) []byte {
	out = binary.AppendUvarint(out, uint64(len(texts)))
	for _, s := range texts {
		out = p.text(out, s)
	}
	return out
}

// ref appends the index of a node, and stores the node first when it is new.
func (p *packer) ref(out []byte, s *Schema) []byte {
	i, ok := p.seen[s]
	if !ok {
		packed := p.node(s)
		if i, ok = p.nodes[string(packed)]; !ok {
			i = uint64(len(p.nodes))
			p.nodes[string(packed)] = i
			p.nodeBytes = append(p.nodeBytes, packed...)
			p.nodeEnds = appendEnd(p.nodeEnds, len(p.nodeBytes))
		}
		p.seen[s] = i
	}
	return binary.AppendUvarint(out, i)
}

func (p *packer) refs(out []byte, list []*Schema) []byte {
	if len(list) == 0 {
		return out
	}
	out = binary.AppendUvarint(out, uint64(len(list)))
	for _, s := range list {
		out = p.ref(out, s)
	}
	return out
}

func (p *packer) node(s *Schema) []byte {
	out := binary.AppendUvarint(nil, contents(s))
	out = p.textIf(out, s.Type)
	out = p.textIf(out, s.Format)
	if len(s.Properties) > 0 {
		out = binary.AppendUvarint(out, uint64(len(s.Properties)))
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			out = p.ref(p.text(out, name), s.Properties[name])
		}
	}
	out = p.refIf(out, s.Items)
	out = p.listIf(out, s.Required)
	out = p.textIf(out, s.ListType)
	out = p.listIf(out, s.ListMapKeys)
	out = p.textIf(out, s.MapType)
	out = p.refIf(out, s.AdditionalProperties)
	if s.Default != nil {
		out = p.value(out, s.Default)
	}
	if len(s.Enum) > 0 {
		out = p.value(out, s.Enum)
	}
	out = p.refs(p.refs(p.refs(out, s.OneOf), s.AnyOf), s.AllOf)
	out = p.refIf(out, s.Not)
	out = p.textIf(out, s.Pattern)
	for _, f := range []*float64{s.Minimum, s.Maximum, s.MultipleOf} {
		if f != nil {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(*f))
		}
	}
	for _, i := range []*int64{s.MinLength, s.MaxLength, s.MinItems, s.MaxItems, s.MinProperties, s.MaxProperties} {
		if i != nil {
			out = binary.AppendVarint(out, *i)
		}
	}
	return out
}

func (p *packer) textIf(out []byte, s string) []byte {
	if s == "" {
		return out
	}
	return p.text(out, s)
}

func (p *packer) listIf(out []byte, list []string) []byte {
	if len(list) == 0 {
		return out
	}
	return p.list(out, list)
}

func (p *packer) refIf(out []byte, s *Schema) []byte {
	if s == nil {
		return out
	}
	return p.ref(out, s)
}

// contents are the bits of what a schema has.
func contents(s *Schema) uint64 {
	var all uint64
	for i, has := range []bool{ // in the order of the bits
		s.Type != "", s.Format != "", len(s.Properties) > 0, s.Items != nil, len(s.Required) > 0,
		s.ListType != "", len(s.ListMapKeys) > 0, s.MapType != "", s.AdditionalProperties != nil, s.Default != nil,
		len(s.Enum) > 0, len(s.OneOf) > 0, len(s.AnyOf) > 0, len(s.AllOf) > 0, s.Not != nil, s.Pattern != "",
		s.Minimum != nil, s.Maximum != nil, s.MultipleOf != nil, s.MinLength != nil, s.MaxLength != nil,
		s.MinItems != nil, s.MaxItems != nil, s.MinProperties != nil, s.MaxProperties != nil,
		s.Nullable, s.AnyAdditional, s.ExclusiveMinimum, s.ExclusiveMaximum, s.UniqueItems,
		s.PreserveUnknown, s.IntOrString, s.Embedded,
	} {
		if has {
			all |= 1 << i
		}
	}
	return all
}

// value appends a JSON value.
func (p *packer) value(out []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(out, valueNull)
	case bool:
		if v {
			return append(out, valueTrue)
		}
		return append(out, valueFalse)
	case int64:
		return binary.AppendVarint(append(out, valueInt), v)
	case float64:
		return binary.LittleEndian.AppendUint64(append(out, valueFloat), math.Float64bits(v))
	case string:
		return p.text(append(out, valueString), v)
	case []any:
		out = binary.AppendUvarint(append(out, valueList), uint64(len(v)))
		for _, item := range v {
			out = p.value(out, item)
		}
		return out
	case map[string]any:
		out = binary.AppendUvarint(append(out, valueMap), uint64(len(v)))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = p.value(p.text(out, k), v[k])
		}
		return out
	}
	p.err = fmt.Errorf("pack schemas: %T is not a JSON value", v)
	return out
}

func appendEnd(ends []byte, end int) []byte {
	return binary.LittleEndian.AppendUint32(ends, uint32(min(end, math.MaxUint32))) //nolint:gosec // file refuses what is larger
}
