package flux_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// realBuckets is the CRD as its controller ships it, beside the repository.
const realBuckets = "../shared/crds/ack/s3.services.k8s.aws_buckets.yaml"

// ack: examples/flux-ack, with its own objects of Flux. The test plays the controller of AWS: the ARN that it writes reaches the
// settings, the workload follows, and the status of the instance has it all.
func ack(t *testing.T, s *suite) {
	t.Helper()
	example := filepath.Join(process.Root(t), "examples", "flux-ack")
	definition := filepath.Join(process.Root(t), realBuckets)
	if _, err := os.Stat(definition); errors.Is(err, fs.ErrNotExist) {
		t.Logf("there is no %s: the cluster has the excerpt of the example", realBuckets)
		definition = filepath.Join(example, "crds.yaml")
	}
	for _, u := range s.cluster.Apply(t, cluster.Parse(t, read(t, definition))...) {
		s.cluster.Established(t, u.GetName())
	}
	const namespace = "billing"
	s.cluster.Namespace(t, namespace)
	repo := repository.New(t)
	for _, name := range []string{"rgd.yaml", "instance.yaml", "crds.yaml"} {
		repo.Write(t, name, read(t, filepath.Join(example, name)))
	}
	// The values come from the cluster here, not from a file.
	repo.Write(t, "krowave.yaml", "apiVersion: krowave.dev/v1alpha1\nkind: Config\ncrds: [crds.yaml]\n")
	repo.Commit(t, "Archive invoices")
	objects := cluster.Parse(t, read(t, filepath.Join(example, "flux.yaml")))
	for _, u := range objects {
		if u.GetKind() == "GitRepository" {
			if err := unstructured.SetNestedField(u.Object, repo.Serve(t), "spec", "url"); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.cluster.Apply(t, objects...)

	k := &stack{suite: s, cluster: s.cluster, namespace: namespace, repo: repo, graph: flux.Graph(namespace, "archive"), name: "archive"}
	bucket := cluster.Named("s3.services.k8s.aws/v1alpha1", "Bucket", namespace, "acme-invoices")
	workload := cluster.Named("apps/v1", "Deployment", namespace, "invoices")
	instance := cluster.Named("kro.run/v1alpha1", "Archive", namespace, "invoices")
	s.cluster.Exists(t, bucket)
	k.waiting(t, "Held invoices/settings", "Held invoices/workload", "Held invoices/service", "NotReady invoices/")
	s.cluster.Merge(t, bucket, map[string]any{"status": map[string]any{
		"ackResourceMetadata": map[string]any{
			"arn": "arn:aws:s3:::acme-invoices", "ownerAccountID": "111122223333", "region": "eu-central-1",
		},
		"conditions": []any{map[string]any{"type": "ACK.ResourceSynced", "status": "True"}},
	}}, "status")
	s.cluster.Healthy(t, workload)
	s.cluster.Exists(t, instance)
	k.waiting(t)

	want := map[string]any{"AWS_REGION": "eu-central-1", "BUCKET": "acme-invoices", "BUCKET_ARN": "arn:aws:s3:::acme-invoices"}
	got, _, _ := unstructured.NestedMap(s.cluster.Exists(t, cluster.Named("v1", "ConfigMap", namespace, "invoices-settings")).Object, "data")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the settings: -want +got\n%s", diff)
	}
	status, _, _ := unstructured.NestedMap(k.active(t, instance).Object, "status")
	delete(status, "conditions")
	want = map[string]any{
		"state": "ACTIVE", "bucketARN": "arn:aws:s3:::acme-invoices", "region": "eu-central-1", "availableReplicas": int64(2),
	}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("the status of the instance: -want +got\n%s", diff)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
