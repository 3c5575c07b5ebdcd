package config

// field declares one field of the file.
type field struct {
	name string // with dots for the fields of an object
	// into is where the value goes, and its type: *string, *bool, *int or *[]string.
	into any
	// paths says that the strings are paths.
	paths bool
	// values are all that a string may be, pattern what it must match otherwise; example is a value that does.
	values           []string
	pattern, example string
	// otherwise is the default, in words.
	otherwise string
	doc       string
}

const (
	versionPattern   = `^1\.[0-9]+$`
	namespacePattern = `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`
)

// fields are all fields of the file, in the order of the reference.
func (c *Config) fields() []field {
	l := &c.Limits
	return []field{
		{name: "rgds", into: &c.RGDs, paths: true, otherwise: "none", doc: "Files and directories with RGDs that may be used: the library. They are delivered only as far as they are used."},
		{name: "crds", into: &c.CRDs, paths: true, otherwise: "none", doc: "Files and directories with CRDs that are in the cluster anyway. They tell about kinds and are not delivered."},
		{name: "observed", into: &c.Observed, paths: true, otherwise: "none", doc: "Files and directories with live objects, as `kubectl get -o yaml` prints them, for values that only the cluster knows."},
		{name: "ignore", into: &c.Ignore, paths: true, otherwise: "none", doc: "Files and directories that are no input, such as rendered manifests. What `rgds`, `crds` and `observed` name is none either."},
		{name: "kubernetesVersion", into: &c.KubernetesVersion, pattern: versionPattern, example: "1.36", otherwise: "the newest that is built in", doc: "The minor version of Kubernetes whose kinds are used, in quotes."},
		{name: "strict", into: &c.Strict, otherwise: "`false`", doc: "Every warning is an error."},
		{name: "mode", into: &c.Mode, values: []string{"expand", "children", "passthrough"}, otherwise: "`expand`", doc: "What is put out: the generated CRDs, the rendered objects and the instances; the rendered objects alone; or RGDs and instances as they are, for clusters that run kro."},
		{name: "namespace", into: &c.Namespace, pattern: namespacePattern, example: "default", otherwise: "`default`", doc: "The namespace of namespaced instances that name none."},
		{name: "features.omit", into: &c.Features.Omit, otherwise: "`false`", doc: "`omit()` in templates, which kro keeps behind the feature gate CELOmitFunction."},
		{name: "nulls", into: &c.Nulls, values: []string{"keep", "drop"}, otherwise: "`keep`", doc: "Whether a field for which an expression gives null is written, as kro does it, or left out."},
		{name: "allowEmpty", into: &c.AllowEmpty, otherwise: "`false`", doc: "Rendering no object at all is not an error."},
		{name: "limits.fileBytes", into: &l.FileBytes, otherwise: "16777216", doc: "Bytes in one file."},
		{name: "limits.totalBytes", into: &l.TotalBytes, otherwise: "268435456", doc: "Bytes in all files that are read."},
		{name: "limits.files", into: &l.Files, otherwise: "20000", doc: "Files that are read."},
		{name: "limits.documents", into: &l.Documents, otherwise: "100000", doc: "Objects in the input, with the items of lists and what kustomize builds."},
		{name: "limits.depth", into: &l.Depth, otherwise: "100", doc: "Levels of values in one document."},
		{name: "limits.values", into: &l.Values, otherwise: "1000000", doc: "Values in one document, with aliases expanded."},
		{name: "limits.collectionSize", into: &l.CollectionSize, otherwise: "1000", doc: "Objects of one forEach collection."},
		{name: "limits.dimensions", into: &l.Dimensions, otherwise: "10", doc: "Iterators of one forEach collection."},
		{name: "limits.cost", into: &l.Cost, otherwise: "10000000", doc: "What the expressions of one instance may cost, in the units of the API server."},
	}
}
