package observe_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// marker stands in a Secret and nowhere else.
const marker = "cmVkYWN0ZWQtbWFya2Vy"

// secret asks for everything of a Secret and gets its metadata.
func secret(t *testing.T, w world) {
	t.Helper()
	w.apply(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: x, labels: {a: b}, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"k\":\""+marker+"\"}}'}}\ndata: {k: "+marker+"}\n")
	w.observation(t, `
apiVersion: krowave.dev/v1alpha1
kind: Observation
metadata: {name: x}
spec:
  instance: {apiVersion: kro.run/v1, kind: App, namespace: %[1]s, name: x}
  rgd: {name: app, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
  status: {k: "${s.data.k}", a: "${s.metadata.labels.a}"}
  nodes:
  - {id: s, apiVersion: v1, kind: Secret, namespace: %[1]s, name: x, delivery: External, readiness: Exists, fields: ["", data, data.k, metadata, metadata.annotations, metadata.labels.a]}
`)
	s := w.until(t, "the metadata", func(s v1alpha1.ObservationStatus) bool { return stateOf(s, "s").Fields["metadata.labels.a"] == `"b"` })
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{marker, "redacted-marker", "last-applied"} {
		if strings.Contains(string(data), text) {
			t.Errorf("the status has %q:\n%s", text, data)
		}
	}
	if s.Projection == nil || string(s.Projection.Raw) != `{"a":"b"}` {
		t.Errorf("the projection is %v", s.Projection)
	}
}
