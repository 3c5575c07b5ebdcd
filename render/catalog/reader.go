package catalog

import "math"

// reader reads one packed node or list from the front of data. After the first
// damage it answers zero values, and failed is set.
type reader struct {
	pool   *pool
	data   string
	nodes  uint64 // only nodes with a smaller index may be referred to
	depth  int
	failed bool
}

func (r *reader) fail() { r.data, r.failed = "", true }

func (r *reader) bytes(n uint64) string {
	if n > uint64(len(r.data)) {
		r.fail()
		return ""
	}
	part := r.data[:n]
	r.data = r.data[n:]
	return part
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != "" {
		return b[0]
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	r.fail()
	return 0
}

func (r *reader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1) // zigzag as in encoding/binary
}

// count is the length of a list whose items take at least size bytes, so that
// nobody reserves memory for more than there can be.
func (r *reader) count(size uint64) int {
	n := r.uvarint()
	if n > uint64(len(r.data))/size {
		r.fail()
		return 0
	}
	return int(n) //nolint:gosec // not more than the length of data
}

func (r *reader) text() string {
	s, ok := r.pool.texts.at(r.uvarint())
	if !ok {
		r.fail()
	}
	return s
}

func (r *reader) list() []string {
	all := make([]string, r.count(1))
	for i := range all {
		all[i] = r.text()
	}
	return all
}

func (r *reader) ref() *Schema {
	i := r.uvarint()
	if r.failed || i >= r.nodes {
		r.fail()
		return nil
	}
	s, ok := r.pool.node(i, r.depth+1)
	if !ok {
		r.fail()
	}
	return s
}

func (r *reader) refs() []*Schema {
	all := make([]*Schema, r.count(1))
	for i := range all {
		all[i] = r.ref()
	}
	return all
}

func (r *reader) float() float64 {
	b := r.bytes(8)
	if b == "" {
		return 0
	}
	return math.Float64frombits(uint64(uint32At(b, 0)) | uint64(uint32At(b, 4))<<32)
}

// schema reads the parts of a node in the order of their bits.
func (r *reader) schema() *Schema {
	has := r.uvarint()
	s := &Schema{
		Nullable: has&isNullable != 0, AnyAdditional: has&isAnyAdditional != 0,
		ExclusiveMinimum: has&isExclusiveMinimum != 0, ExclusiveMaximum: has&isExclusiveMaximum != 0,
		UniqueItems: has&isUniqueItems != 0, PreserveUnknown: has&isPreserveUnknown != 0,
		IntOrString: has&isIntOrString != 0, Embedded: has&isEmbedded != 0,
	}
	r.shape(s, has)
	r.constraints(s, has)
	return s
}

// shape reads what an object or a list is made of.
func (r *reader) shape(s *Schema, has uint64) {
	s.Type = part(r.text, has&hasType)
	s.Format = part(r.text, has&hasFormat)
	s.Properties = part(r.properties, has&hasProperties)
	s.Items = part(r.ref, has&hasItems)
	s.Required = part(r.list, has&hasRequired)
	s.ListType = part(r.text, has&hasListType)
	s.ListMapKeys = part(r.list, has&hasListMapKeys)
	s.MapType = part(r.text, has&hasMapType)
	s.AdditionalProperties = part(r.ref, has&hasAdditional)
	s.Default = part(r.value, has&hasDefault)
}

// constraints reads what a value must satisfy; most nodes have none.
func (r *reader) constraints(s *Schema, has uint64) {
	if has < hasEnum {
		return
	}
	s.Enum = part(r.values, has&hasEnum)
	s.OneOf = part(r.refs, has&hasOneOf)
	s.AnyOf = part(r.refs, has&hasAnyOf)
	s.AllOf = part(r.refs, has&hasAllOf)
	s.Not = part(r.ref, has&hasNot)
	s.Pattern = part(r.text, has&hasPattern)
	s.Minimum = pointer(r.float, has&hasMinimum)
	s.Maximum = pointer(r.float, has&hasMaximum)
	s.MultipleOf = pointer(r.float, has&hasMultipleOf)
	s.MinLength = pointer(r.varint, has&hasMinLength)
	s.MaxLength = pointer(r.varint, has&hasMaxLength)
	s.MinItems = pointer(r.varint, has&hasMinItems)
	s.MaxItems = pointer(r.varint, has&hasMaxItems)
	s.MinProperties = pointer(r.varint, has&hasMinProperties)
	s.MaxProperties = pointer(r.varint, has&hasMaxProperties)
}

func part[T any](read func() T, bit uint64) T {
	if bit == 0 {
		var none T
		return none
	}
	return read()
}

func pointer[T any](read func() T, bit uint64) *T {
	if bit == 0 {
		return nil
	}
	return new(read())
}

func (r *reader) properties() map[string]*Schema {
	n := r.count(2)
	all := make(map[string]*Schema, n)
	for range n {
		name := r.text()
		all[name] = r.ref()
	}
	return all
}

func (r *reader) values() []any {
	list, ok := r.value().([]any)
	if !ok {
		r.fail()
	}
	return list
}

func (r *reader) value() any {
	switch r.byte() {
	case valueNull:
		return nil
	case valueFalse:
		return false
	case valueTrue:
		return true
	case valueInt:
		return r.varint()
	case valueFloat:
		return r.float()
	case valueString:
		return r.text()
	case valueList:
		list := make([]any, r.count(1))
		for i := range list {
			list[i] = r.value()
		}
		return list
	case valueMap:
		n := r.count(2)
		m := make(map[string]any, n)
		for range n {
			key := r.text()
			m[key] = r.value()
		}
		return m
	}
	r.fail()
	return nil
}
