// Package emit writes objects as YAML and JSON, the same bytes for the same objects.
//
// In: objects as JSON values: nil, bool, int, int64, uint64, float64, string,
// map[string]any and []any; invalid UTF-8 is replaced as encoding/json does it.
// Out: text as a person would have written it: apiVersion, kind and metadata
// first, in metadata the name first, everything else sorted; lists not indented
// under their key, no line ever folded, strings of several lines as literal blocks.
//
// What is written is read back by sigs.k8s.io/yaml, and so by kubectl and kro, as the same
// JSON: a string that YAML 1.1 or 1.2 would take for something else is quoted.
// A YAML library decides how; for the shapes that are common in manifests this package
// knows what the library would write, and a fuzz test holds the two against each other.
//
// The package adds, drops and changes nothing, does no I/O besides the writer that it is
// given, and imports nothing of ours. It only reads the objects.
package emit

import "io"

// flushAt is the number of bytes that are collected before they are handed to the writer.
const flushAt = 1 << 16

// YAML writes the objects in the order given, separated by lines of three dashes. No objects are no bytes.
func YAML(w io.Writer, objects []map[string]any) error { return Documents.write(w, objects) }

// Object is one object as YAML. The caller owns the result.
func Object(object map[string]any) ([]byte, error) {
	e := encoder{}
	if err := e.document(object); err != nil {
		return nil, err
	}
	return e.buf, nil
}

// JSON writes one List of API version v1 whose items are the objects in the order given.
func JSON(w io.Writer, objects []map[string]any) error { return List.write(w, objects) }

// encoder collects the text and sorts the keys of the maps that are open at the moment.
type encoder struct {
	buf  []byte
	keys []string // a stack: every open map has its keys on it
}

// flush hands the text to w when there are at least so many bytes of it.
func (e *encoder) flush(w io.Writer, atLeast int) error {
	if len(e.buf) == 0 || len(e.buf) < atLeast {
		return nil
	}
	_, err := w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}

// line starts a new line with so many spaces.
func (e *encoder) line(indent int) {
	e.buf = append(e.buf, '\n')
	e.pad(indent)
}

func (e *encoder) pad(indent int) {
	const spaces = "                                "
	for ; indent > len(spaces); indent -= len(spaces) {
		e.buf = append(e.buf, spaces...)
	}
	e.buf = append(e.buf, spaces[:indent]...)
}
