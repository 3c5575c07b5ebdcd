package admission_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/admission"
)

// TestConcurrent: many goroutines share a validator whose rules nobody has compiled yet,
// and a checker that has seen no schema.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	crd := specCRD(t, webSchema+"x-kubernetes-validations: [{rule: 'self.replicas < 3', message: too many}]\n")
	validator, checker := newValidator(t, crd), admission.NewChecker()
	kind := customKind(*crd.Spec.Versions[0].Schema.OpenAPIV3Schema)
	got := make([][]string, 16)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() {
			root := parse(t, head+"spec: {image: i, slug: A, replicas: "+strconv.Itoa(i%2*3+1)+"}\n")
			_, diags := validator.Admit(fields(t, root), root, admission.Options{})
			got[i] = append(texts(diags), texts(checker.Check(fields(t, root), kind, locator(root)))...)
		})
	}
	wait.Wait()
	for i := range got {
		if diff := cmp.Diff(got[i%2], got[i]); diff != "" {
			t.Errorf("goroutine %d: -first +this\n%s", i, diff)
		}
	}
	if len(got[0]) == len(got[1]) {
		t.Errorf("the rule was not evaluated: %v", got[:2])
	}
}
