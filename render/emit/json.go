package emit

import (
	"bytes"
	"encoding/json"
)

// jsonObject writes a map; indent is that of its closing brace.
func (e *encoder) jsonObject(m map[string]any, indent int, l level) error {
	e.buf = append(e.buf, '{')
	start := e.open(m, l)
	end := len(e.keys)
	for i := start; i < end; i++ {
		if i > start {
			e.buf = append(e.buf, ',')
		}
		e.line(indent + 2)
		key := e.keys[i]
		if err := e.jsonString(key); err != nil {
			return underKey(key, err)
		}
		e.buf = append(e.buf, ": "...)
		if err := e.jsonValue(m[key], indent+2, l.under(key)); err != nil {
			return underKey(key, err)
		}
	}
	e.close(start)
	if len(m) > 0 {
		e.line(indent)
	}
	e.buf = append(e.buf, '}')
	return nil
}

func (e *encoder) jsonValue(value any, indent int, l level) error {
	switch v := value.(type) {
	case map[string]any:
		return e.jsonObject(v, indent, l)
	case []any:
		return e.jsonList(v, indent)
	case string:
		return e.jsonString(v)
	default:
		return e.atom(value)
	}
}

func (e *encoder) jsonList(list []any, indent int) error {
	e.buf = append(e.buf, '[')
	for i, item := range list {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.line(indent + 2)
		if err := e.jsonValue(item, indent+2, below); err != nil {
			return underIndex(i, err)
		}
	}
	if len(list) > 0 {
		e.line(indent)
	}
	e.buf = append(e.buf, ']')
	return nil
}

// jsonString writes a string with quotes; only strings that need an escape cost a library call.
func (e *encoder) jsonString(s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			text, err := escaped(s)
			e.buf = append(e.buf, text...)
			return err
		}
	}
	e.buf = append(append(append(e.buf, '"'), s...), '"')
	return nil
}

// escaped is a JSON string that leaves <, > and & readable.
func escaped(s string) ([]byte, error) {
	var b bytes.Buffer
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	err := encode.Encode(s)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
