package emit

// maxSimpleKey is the number of bytes up to which a key is written as "key: value". Parsers
// refuse such keys beyond 1,024 characters, and the YAML libraries stop at 128 when they write.
const maxSimpleKey = 128

// document writes one object as a YAML document.
func (e *encoder) document(object map[string]any) error {
	if len(object) == 0 {
		e.buf = append(e.buf, "{}\n"...)
		return nil
	}
	return e.mapping(object, 0, atObject)
}

// mapping writes a map that is not empty. The text so far ends where the first key belongs.
func (e *encoder) mapping(m map[string]any, indent int, l level) error {
	start := e.open(m, l)
	end := len(e.keys)
	for i := start; i < end; i++ {
		if i > start {
			e.pad(indent)
		}
		key := e.keys[i]
		if err := e.entry(key, m[key], indent, l.under(key)); err != nil {
			return underKey(key, err)
		}
	}
	e.close(start)
	return nil
}

// entry writes a key and its value, up to the end of the line.
func (e *encoder) entry(key string, value any, indent int, l level) error {
	before := len(e.buf)
	if err := e.scalar(key); err != nil {
		return err
	}
	if written := len(e.buf) - before; written > maxSimpleKey {
		e.buf = append(e.buf, "? "...)
		copy(e.buf[before+2:], e.buf[before:before+written])
		copy(e.buf[before:], "? ")
		e.line(indent)
		e.buf = append(e.buf, ": "...)
		return e.inline(value, indent, l)
	}
	e.buf = append(e.buf, ':')
	switch v := value.(type) {
	case map[string]any:
		if len(v) > 0 {
			e.line(indent + 2)
			return e.mapping(v, indent+2, l)
		}
	case []any:
		if len(v) > 0 {
			e.line(indent)
			return e.sequence(v, indent)
		}
	}
	e.buf = append(e.buf, ' ')
	return e.inline(value, indent, l)
}

// sequence writes a list that is not empty. The text so far ends where the first dash belongs.
func (e *encoder) sequence(list []any, indent int) error {
	for i, item := range list {
		if i > 0 {
			e.pad(indent)
		}
		e.buf = append(e.buf, "- "...)
		if err := e.inline(item, indent, below); err != nil {
			return underIndex(i, err)
		}
	}
	return nil
}

// inline writes a value that begins on the line on which its dash or colon stands.
func (e *encoder) inline(value any, indent int, l level) error {
	switch v := value.(type) {
	case map[string]any:
		if len(v) > 0 {
			return e.mapping(v, indent+2, l)
		}
		e.buf = append(e.buf, "{}"...)
	case []any:
		if len(v) > 0 {
			return e.sequence(v, indent+2)
		}
		e.buf = append(e.buf, "[]"...)
	case string:
		if e.literal(v, indent+2) {
			return nil
		}
		if err := e.scalar(v); err != nil {
			return err
		}
	default:
		if err := e.atom(value); err != nil {
			return err
		}
	}
	e.buf = append(e.buf, '\n')
	return nil
}
