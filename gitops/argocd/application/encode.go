package application

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encode writes each object as compact JSON with sorted keys.
func encode(objects []map[string]any) ([]string, error) {
	manifests := make([]string, len(objects))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i, o := range objects {
		b.Reset()
		if err := e.Encode(o); err != nil {
			return nil, fmt.Errorf("encode %v %v: %w", o["kind"], identityOf(o, ""), err)
		}
		manifests[i] = string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	}
	return manifests, nil
}
