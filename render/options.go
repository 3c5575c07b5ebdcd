package render

// Mode is what a render puts out.
type Mode string

// The modes.
const (
	// Expand puts out the generated CRDs, the rendered objects and the instances.
	Expand Mode = "expand"
	// Children puts out the rendered objects alone.
	Children Mode = "children"
	// Passthrough puts out RGDs and instances as they are, for clusters that run kro.
	// They are checked all the same.
	Passthrough Mode = "passthrough"
)

// Options steer a render. The zero value is what the command does without flags.
type Options struct {
	// KubernetesVersion chooses the built-in schemas, such as "1.36"; "" is the newest.
	KubernetesVersion string
	// Mode is what to put out; "" is [Expand].
	Mode Mode
	// Strict turns every warning into an error.
	Strict bool
	// RefuseObjects makes errors of what the API server would refuse in a rendered object.
	// Without it that is a warning, since the schema at hand may not be the cluster's.
	RefuseObjects bool
	// AllowEmpty allows a render without any object, which is an error otherwise: whoever
	// applies the output would delete everything.
	AllowEmpty bool
	// Namespace is given to namespaced instances that name none; "" is "default".
	Namespace string
	// Omit allows omit() in templates, which kro keeps behind a feature gate.
	Omit bool
	// DropNulls leaves out fields for which an expression gave null; kro writes the null.
	DropNulls bool
	// MaxItems is the largest collection; 0 is kro's 1,000.
	MaxItems int
	// MaxObjects is the largest number of objects of one instance; 0 is 20,000.
	MaxObjects int
	// MaxDimensions is the largest number of iterators of a collection; 0 is kro's 10.
	MaxDimensions int
	// Budget is what the expressions of one instance may cost; 0 is the API server's 10,000,000.
	Budget uint64
	// Workers is the number of goroutines; 0 is one. The result does not depend on it.
	Workers int
}

func (o Options) mode() Mode {
	if o.Mode == "" {
		return Expand
	}
	return o.Mode
}

func (o Options) namespace() string {
	if o.Namespace == "" {
		return "default"
	}
	return o.Namespace
}
