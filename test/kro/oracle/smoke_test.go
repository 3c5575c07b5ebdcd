package oracle

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/krowave/krowave/test/kro/trial"
	"github.com/krowave/krowave/test/kro/modules"
)

func TestSmoke(t *testing.T) {
	o, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := modules.Kro(t.Context())
	for _, d := range []string{"webapp", "cel-functions", "core-dns"} {
		rgd, _ := os.ReadFile(dir + "/examples/kubernetes/" + d + "/rg.yaml")
		if d == "core-dns" {
			rgd, _ = os.ReadFile(dir + "/examples/kubernetes/" + d + "/core-dns.yaml")
		}
		inst, _ := os.ReadFile(dir + "/examples/kubernetes/" + d + "/instance.yaml")
		for range 3 {
			start := time.Now()
			r := o.Run(trial.Case{RGD: string(rgd), Instance: string(inst), Mode: trial.Echo, Unknown: trial.Permissive})
			t.Log(time.Since(start))
			b, _ := json.MarshalIndent(r, "", " ")
			_ = os.WriteFile("/tmp/"+d+".json", b, 0o600)
			t.Log(r.Verdict, r.Order)
		}
	}
}
