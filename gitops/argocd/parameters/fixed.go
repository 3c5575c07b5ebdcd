package parameters

import (
	"strings"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
)

// field declares a parameter.
type field struct {
	name, title string
	// into is where the value goes, and its type: *string, *bool, *int or *[]string. The strings of a list are paths.
	into any
	// values are all that a string may be.
	values []string
	// lowest and highest bound an integer.
	lowest, highest int
	// otherwise is the default; "" where nothing stands for it.
	otherwise string
	doc       string
}

// The bounds of numbers of waves: far beyond what anybody needs, and far from where sums overflow.
const (
	maxWave   = 1_000_000
	maxStride = 1_000
)

// fixed are the parameters that every application has, in the order of the reference.
func (p *Parameters) fixed() []field {
	return []field{
		{name: "mode", title: "Mode", into: (*string)(&p.Mode), values: []string{string(render.Expand), string(render.Children), string(render.Passthrough)}, otherwise: string(render.Expand), doc: "What is delivered: the generated CRDs, the rendered objects and the instances (`expand`); the rendered objects alone (`children`); or RGDs and instances as they are, for clusters that run kro (`passthrough`)."},
		{name: "rgds", title: "RGD library", into: &p.Library, doc: "Files and directories with RGDs that may be used, from the root of the repository. They are delivered only as far as they are used."},
		{name: "crds", title: "Known CRDs", into: &p.CRDs, doc: "Files and directories with CRDs that are in the cluster anyway, from the root of the repository. They tell about kinds and are not delivered."},
		{name: "observed", title: "Observed objects", into: &p.Observed, doc: "Files and directories with live objects, as `kubectl get -o yaml` prints them, from the root of the repository: for values that only the cluster knows."},
		{name: "held", title: "Held resources", into: (*string)(&p.Held), values: []string{string(Fail), string(Hold)}, otherwise: string(Fail), doc: "What happens when a resource needs a value that only the cluster knows and that is not supplied: nothing is delivered (`fail`), or everything else is (`hold`). With `hold`, Argo CD prunes what is held and was applied before, unless the plugin knows that from Observations; where it does, `hold` is the default."},
		{name: "wave-strategy", title: "Sync waves", into: (*string)(&p.Wave.Strategy), values: []string{string(wave.Compact), string(wave.Level)}, otherwise: string(wave.Compact), doc: "How levels of the graph become sync waves: as few waves as keep the order (`compact`), or one for each level (`level`)."},
		{name: "wave-base", title: "First sync wave", into: &p.Wave.Base, lowest: -maxWave, highest: maxWave, otherwise: "0", doc: "The number of the first sync wave."},
		{name: "wave-stride", title: "Distance of sync waves", into: &p.Wave.Stride, lowest: 1, highest: maxStride, otherwise: "1", doc: "The distance from one sync wave to the next, to leave room for waves of other applications."},
		{name: "strict", title: "Strict", into: &p.Strict, otherwise: "false", doc: "Every warning is an error."},
		{name: "kubernetes-version", title: "Kubernetes version", into: &p.KubernetesVersion, doc: "The minor version of Kubernetes whose kinds are used, such as `1.36`; by default the newest that is built in. The version of the cluster is never asked, so that every render of a commit gives the same bytes."},
		{name: "allow-empty", title: "Allow empty", into: &p.AllowEmpty, otherwise: "false", doc: "Rendering no object at all is not an error. Argo CD then deletes what it applied before."},
	}
}

// names are the names of the fixed parameters.
func names(fields []field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}

// listed are values in a sentence.
func listed(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
