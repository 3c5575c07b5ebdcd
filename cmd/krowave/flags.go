package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/input"
)

// inputFlags are the flags of all commands that read files.
type inputFlags struct {
	library  []string
	crds     []string
	schemas  []string
	observed []string
	limits   input.Limits
	timeout  time.Duration
	problems int
	options  render.Options
	modes    bool                   // the command puts out what a mode says
	changed  func(flag string) bool // the flag was given
}

// addTo declares the flags that say what is read.
func (f *inputFlags) addTo(c *cobra.Command) {
	s := c.Flags()
	s.SortFlags = false
	s.StringArrayVar(&f.library, "rgds", nil, "`path` of a library of RGDs: they are used, but put out only as far as instances use them; repeatable")
	s.StringArrayVar(&f.crds, "crds", nil, "`path` of CRDs whose kinds are in the cluster already: they are used, not put out; repeatable")
	s.StringArrayVar(&f.schemas, "schemas", nil, "`file` that \"krowave schemas export\" has written; repeatable")
	s.StringVar(&f.options.KubernetesVersion, "kubernetes-version", "", "`minor` of Kubernetes whose schemas are used (default the newest that is built in)")
	s.BoolVar(&f.options.Strict, "strict", false, "make every warning an error")
	complete(c, "kubernetes-version", catalog.Versions)
}

// addInstancesTo declares the flags of the commands that render.
func (f *inputFlags) addInstancesTo(c *cobra.Command) {
	s := c.Flags()
	s.StringArrayVar(&f.observed, "observed", nil, "`path` of live objects, as \"kubectl get -o yaml\" prints them, or of Observations: what only exists at run time is taken from them; repeatable")
	s.StringVarP(&f.options.Namespace, "namespace", "n", "default", "namespace of instances that name none")
}

// addLimitsTo declares the limits. They come last in the help.
func (f *inputFlags) addLimitsTo(c *cobra.Command) {
	s := c.Flags()
	files := input.DefaultLimits()
	s.IntVar(&f.limits.FileBytes, "max-file-bytes", files.FileBytes, "largest size of one file")
	s.IntVar(&f.limits.TotalBytes, "max-total-bytes", files.TotalBytes, "largest size of all files together")
	s.IntVar(&f.limits.Files, "max-files", files.Files, "largest number of files")
	s.IntVar(&f.limits.Documents, "max-documents", files.Documents, "largest number of objects")
	s.IntVar(&f.limits.Depth, "max-depth", files.Depth, "deepest nesting of values in a document")
	s.IntVar(&f.limits.Values, "max-values", files.Values, "largest number of values in a document, aliases expanded")
	s.IntVar(&f.options.MaxItems, "max-items", eval.DefaultMaxItems, "largest number of objects in a collection")
	s.IntVar(&f.options.MaxDimensions, "max-dimensions", maxDimensions, "largest number of iterators of a collection")
	s.Uint64Var(&f.options.Budget, "max-cost", expr.DefaultBudget, "what the expressions of one instance may cost, in the units of the API server")
	s.DurationVar(&f.timeout, "timeout", time.Minute, "longest time to take; 0 is no limit")
	s.IntVar(&f.problems, "max-problems", 50, "number of problems that are printed as text before the rest is counted; 0 is all")
}

// maxDimensions is kro's limit.
const maxDimensions = 10

// check refuses values that no flag or argument can have.
func (f *inputFlags) check(c *cobra.Command, args []string) error {
	err := f.named(args)
	c.Flags().VisitAll(func(flag *pflag.Flag) {
		if err == nil && strings.HasPrefix(flag.Name, "max-") && flag.Name != "max-problems" && (flag.Value.String() == "0" || strings.HasPrefix(flag.Value.String(), "-")) {
			err = fmt.Errorf("--%s must be at least 1", flag.Name)
		}
	})
	f.options.Workers = runtime.GOMAXPROCS(0)
	f.changed = c.Flags().Changed
	return err
}

// named refuses empty paths, which are what a script makes of a variable that is not set: as
// paths they would name the working directory, and with it files that nobody meant.
func (f *inputFlags) named(args []string) error {
	if slices.Contains(args, "") {
		return errors.New("an argument is empty: want a PATH, \".\" is the working directory")
	}
	for _, flag := range []struct {
		name  string
		paths []string
	}{{"rgds", f.library}, {"crds", f.crds}, {"schemas", f.schemas}, {"observed", f.observed}} {
		if slices.Contains(flag.paths, "") {
			return fmt.Errorf("--%s is empty: want a path", flag.name)
		}
	}
	return nil
}

// merge takes from krowave.yaml what no flag says.
func (f *inputFlags) merge(file *config.Config) {
	o, l := &f.options, file.Limits
	otherwise(f, "kubernetes-version", &o.KubernetesVersion, file.KubernetesVersion)
	otherwise(f, "strict", &o.Strict, file.Strict)
	otherwise(f, "namespace", &o.Namespace, file.Namespace)
	otherwise(f, "allow-empty", &o.AllowEmpty, file.AllowEmpty)
	otherwise(f, "max-file-bytes", &f.limits.FileBytes, l.FileBytes)
	otherwise(f, "max-total-bytes", &f.limits.TotalBytes, l.TotalBytes)
	otherwise(f, "max-files", &f.limits.Files, l.Files)
	otherwise(f, "max-documents", &f.limits.Documents, l.Documents)
	otherwise(f, "max-depth", &f.limits.Depth, l.Depth)
	otherwise(f, "max-values", &f.limits.Values, l.Values)
	otherwise(f, "max-items", &o.MaxItems, l.CollectionSize)
	otherwise(f, "max-dimensions", &o.MaxDimensions, l.Dimensions)
	otherwise(f, "max-cost", &o.Budget, uint64(max(0, l.Cost)))
	if f.modes && !f.changed("passthrough") {
		otherwise(f, "only", &o.Mode, render.Mode(file.Mode))
	}
	o.Omit, o.DropNulls = file.Features.Omit, file.Nulls == "drop"
	o.RefuseObjects = o.RefuseObjects || o.Strict
}

// otherwise sets a value that the file has and no flag was given for.
func otherwise[T comparable](f *inputFlags, flag string, into *T, value T) {
	var none T
	if value != none && !f.changed(flag) {
		*into = value
	}
}

// format declares -o. The first of the choices is the default.
func format(c *cobra.Command, into *string, choices ...string) {
	c.Flags().StringVarP(into, "output", "o", choices[0], "`format`: "+strings.Join(choices, ", "))
	complete(c, "output", func() []string { return choices })
	inner := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		if !slices.Contains(choices, *into) {
			return fmt.Errorf("--output %q: want one of %s", *into, strings.Join(choices, ", "))
		}
		if inner != nil {
			return inner(c, args)
		}
		return nil
	}
}

// complete tells the shell what a flag can be.
func complete(c *cobra.Command, flag string, choices func() []string) {
	// The error is about flags that do not exist; TestReference walks through all of them.
	_ = c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return choices(), cobra.ShellCompDirectiveNoFileComp
	})
}
