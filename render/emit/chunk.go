package emit

import (
	"bytes"
	"fmt"
	"io"
)

// Format is a way to write several objects.
type Format uint8

// The formats.
const (
	Documents Format = iota // see [YAML]
	List                    // see [JSON]
)

// Chunk is the text of objects that follow each other in an output. It holds none of them, so that whoever
// makes many objects needs no room for all.
type Chunk struct {
	text    []byte
	objects int
	failed  int // the object that err is about
	err     error
}

// expected is the number of bytes for which there is room before the size of an object is known.
const expected = 512

// Chunk encodes some objects. What cannot be written is an error of [Format.Write].
func (f Format) Chunk(objects []map[string]any) Chunk {
	e := encoder{buf: make([]byte, 0, expected*len(objects))}
	for i, object := range objects {
		if err := e.member(f, i, object); err != nil {
			return Chunk{objects: len(objects), failed: i, err: err}
		}
	}
	return Chunk{text: bytes.Clone(e.buf), objects: len(objects)}
}

// Write writes chunks of the same format, as if all their objects had been written at once. Nothing is written
// when an object cannot be.
func (f Format) Write(w io.Writer, chunks []Chunk) error {
	objects := 0
	for _, c := range chunks {
		if c.err != nil {
			return fmt.Errorf("object %d: %w", objects+c.failed, c.err)
		}
		objects += c.objects
	}
	e := encoder{}
	e.head(f)
	first := true
	for _, c := range chunks {
		if c.objects == 0 {
			continue
		}
		if !first {
			e.between(f)
		}
		first = false
		e.buf = append(e.buf, c.text...)
		if err := e.flush(w, flushAt); err != nil {
			return err
		}
	}
	e.tail(f, objects)
	return e.flush(w, 0)
}

// write writes objects as they are encoded.
func (f Format) write(w io.Writer, objects []map[string]any) error {
	e := encoder{}
	e.head(f)
	for i, object := range objects {
		if err := e.member(f, i, object); err != nil {
			return fmt.Errorf("object %d: %w", i, err)
		}
		if err := e.flush(w, flushAt); err != nil {
			return err
		}
	}
	e.tail(f, len(objects))
	return e.flush(w, 0)
}

// head is what stands before all objects.
func (e *encoder) head(f Format) {
	if f == List {
		e.buf = append(e.buf, "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": ["...)
	}
}

// between separates two objects.
func (e *encoder) between(f Format) {
	if f == List {
		e.buf = append(e.buf, ',')
		return
	}
	e.buf = append(e.buf, "---\n"...)
}

// member writes one of several objects, with what separates it from the one before.
func (e *encoder) member(f Format, i int, object map[string]any) error {
	if i > 0 {
		e.between(f)
	}
	if f == List {
		e.line(4)
		return e.jsonObject(object, 4, atObject)
	}
	return e.document(object)
}

// tail is what stands behind all objects.
func (e *encoder) tail(f Format, objects int) {
	if f != List {
		return
	}
	if objects > 0 {
		e.line(2)
	}
	e.buf = append(e.buf, "]\n}\n"...)
}
