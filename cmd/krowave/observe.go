package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/util/json"

	"github.com/krowave/krowave/cmd/krowave/internal/cluster"
	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render/emit"
)

// observeFlags are the flags of observe alone.
type observeFlags struct {
	inputFlags

	config  cluster.Config
	output  string
	account string
	at      string
}

func observeCommand(s streams) *cobra.Command {
	f := &observeFlags{}
	c := &cobra.Command{
		Use:   "observe PATH...",
		Short: "Print what a render needs to know of the cluster, as Observations",
		Long: `Render, and print an Observation for each instance: which objects there are, and which of
their fields expressions read. With --kubeconfig or --context the fields are read from that
cluster, by GET requests alone, so that the output can be committed and given to --observed:
previews then see the values of the cluster. Nothing of a Secret is read but its metadata.`,
		Example: `  krowave observe app/
  krowave observe app/ --context prod > observed/prod.yaml
  krowave render app/ --observed observed/prod.yaml`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.prepare(c, args) },
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, s, args) },
	}
	f.addTo(c)
	f.addInstancesTo(c)
	flags := c.Flags()
	flags.StringVarP(&f.output, "output", "o", "yaml", "`format` of the Observations: yaml or json")
	flags.StringVar(&f.config.File, "kubeconfig", "", "`file` that names the cluster to read from (default none; with --context as kubectl)")
	flags.StringVar(&f.config.Context, "context", "", "`name` of the context in the kubeconfig (default none; with --kubeconfig the current one)")
	flags.StringVar(&f.at, "observation-namespace", "", "`namespace` of the Observations (default that of each instance)")
	flags.StringVar(&f.account, "service-account", "", "`name` of the service account that a controller reads the objects as")
	complete(c, "output", func() []string { return []string{"yaml", "json"} })
	f.addLimitsTo(c)
	return c
}

func (f *observeFlags) prepare(c *cobra.Command, args []string) error {
	if f.output != "yaml" && f.output != "json" {
		return fmt.Errorf("--output %q: want yaml or json", f.output)
	}
	return f.check(c, args)
}

func (f *observeFlags) run(c *cobra.Command, s streams, paths []string) error {
	f.options.AllowEmpty = true // what everything waits for is what is asked
	j, err := renderAll(s, &f.inputFlags, paths)
	if err != nil {
		return err
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if j.result == nil {
		return errInvalid
	}
	all := demand.Demand(j.program, j.result, demand.Options{Namespace: f.at, ServiceAccountName: f.account})
	if c.Flags().Changed("kubeconfig") || c.Flags().Changed("context") {
		if all, err = f.fill(j, all); err != nil {
			return err
		}
	}
	var objects []map[string]any
	for i := range all {
		object, err := asObject(&all[i])
		if err != nil {
			return err
		}
		objects = append(objects, object)
	}
	if f.output == "json" {
		return emit.JSON(s.out, objects)
	}
	return emit.YAML(s.out, objects)
}

// maxRounds bounds how often a render may ask for more because of what it has been told. Each round reaches the next
// level of an RGD.
const maxRounds = 100

// fill asks the cluster, and renders again with what it says, until nothing new is asked for.
func (f *observeFlags) fill(j *job, all []v1alpha1.Observation) ([]v1alpha1.Observation, error) {
	f.config.Agent = "krowave/" + readVersion().Version
	server, err := cluster.Connect(f.config)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if f.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, f.timeout)
		defer cancel()
		ctx = limited
	}
	r := reader{objects: server.Objects()}
	before := ""
	for range maxRounds {
		asked, err := json.Marshal(all)
		if err != nil {
			return nil, fmt.Errorf("write the Observations: %w", err)
		}
		for i := range all {
			if err := r.observe(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
		if string(asked) == before {
			return all, nil
		}
		before = string(asked)
		p := j.program.Observing(known.New(all, j.program.Observed()))
		result, diags := p.Render()
		if diags.HasErrors() || result == nil {
			return all, nil // the values are known all the same
		}
		all = demand.Demand(p, result, demand.Options{Namespace: f.at, ServiceAccountName: f.account})
	}
	return nil, fmt.Errorf("%d renders asked for more and more of the cluster", maxRounds)
}

// reader answers Observations from a cluster. It notes no time, so that a file changes only when a value does.
type reader struct{ objects *cluster.Objects }

func (r reader) observe(ctx context.Context, o *v1alpha1.Observation) error {
	ref := o.Spec.Instance
	o.Status = v1alpha1.ObservationStatus{}
	instance, err := r.objects.Get(ctx, schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind), ref.Namespace, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	o.Status.Instance = known.Instance(o.Spec, instance, nil)
	for _, n := range o.Spec.Nodes {
		objects, err := r.node(ctx, n, ref.Namespace)
		if err != nil {
			return err
		}
		o.Status.Nodes = append(o.Status.Nodes, known.Report(n, objects, nil))
	}
	return nil
}

func (r reader) node(ctx context.Context, n v1alpha1.ObservedNode, fallback string) ([]map[string]any, error) {
	gvk := schema.FromAPIVersionAndKind(n.APIVersion, n.Kind)
	if n.Selector != nil {
		selector, err := metav1.LabelSelectorAsSelector(n.Selector)
		if err != nil {
			return nil, fmt.Errorf("the selector of %s: %w", n.ID, err)
		}
		return r.objects.List(ctx, gvk, n.Namespace, selector.String())
	}
	o, err := r.objects.Get(ctx, gvk, n.Namespace, fallback, n.Name)
	if err != nil || o == nil {
		return nil, err
	}
	return []map[string]any{o}, nil
}

// asObject is an Observation as it is written. A status that says nothing is left out.
func asObject(o *v1alpha1.Observation) (map[string]any, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write the Observation %s: %w", o.Name, err)
	}
	var object map[string]any
	if err := kjson.Unmarshal(raw, &object); err != nil {
		return nil, fmt.Errorf("write the Observation %s: %w", o.Name, err)
	}
	if status, _ := object["status"].(map[string]any); len(status) == 0 {
		delete(object, "status")
	}
	return object, nil
}
