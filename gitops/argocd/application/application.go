package application

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

// Request asks for the manifests of one application.
type Request struct {
	// Files are everything that was sent. They are not changed while the request lives, nor after it as long as
	// Digest stands for them.
	Files fs.FS
	// Digest stands for the content of Files: equal digests are equal files. Answers to requests without one are not kept.
	Digest string
	// Path is the application's directory in Files, "." for all of it.
	Path string
	// Env is the environment that Argo CD sends.
	Env map[string]string
}

// Answer is the manifests of an application. It is shared between requests and must not be changed.
type Answer struct {
	// Manifests are JSON objects, in the order in which to apply them, without a line break at the end.
	Manifests []string
	// Held are the resources that are missing, which the parameter held allows.
	Held []Held
	// Warnings are sorted.
	Warnings diag.List
	// Objects is the number of manifests.
	Objects int
	// Phases is where the time of this request went, in order; empty phases are left out.
	Phases []Phase
	// Cached says that the answer was there already, and Compiled that RGDs had to be compiled for it.
	Cached, Compiled bool
}

// Held is a resource that waits for a run-time value.
type Held struct {
	Instance string // Kind.group/namespace/name
	Node     string // the id of the resource; in a nested RGD the ids on the way to it, joined by slashes
	// Paths are the values that its own expressions need, such as bucket.status.arn, sorted.
	Paths []string
	// After are the held resources that it depends on.
	After []string
}

// Phase is a part of a render and the time that it took.
type Phase struct {
	Name string // wait, read, compile, render or encode
	Took time.Duration
}

// Values is where live values come from besides files. The cluster becomes one.
type Values interface {
	// Observed is what is known of an application, by the name that Argo CD gives it.
	Observed(ctx context.Context, application string) (Snapshot, error)
}

// Snapshot is what is known of the cluster at one time. It is immutable.
type Snapshot struct {
	// Version stands for the content: equal versions of one application are equal snapshots. Answers from a snapshot
	// without a version are not kept.
	Version string
	// Objects are live objects. They outrank those in files. Nil when there are none.
	Objects eval.Observed
	// Delivered are the ids of the resources that were delivered, by the id of their instance: see [Held]. What was
	// delivered is never held away, whatever the parameters say.
	Delivered map[string][]string
}

// Options say what a renderer may use. A field that is 0 has the value of [DefaultOptions].
type Options struct {
	// AnswerBytes, ProgramBytes and FileBytes bound what is kept: answers, compiled RGDs and parsed files. A negative
	// number keeps nothing.
	AnswerBytes, ProgramBytes, FileBytes int64
	// Limits bound the input. A krowave.yaml can lower them, not raise them.
	Limits input.Limits
	// Render are the limits of a render. Only MaxItems, MaxObjects, MaxDimensions, Budget and Workers are used.
	Render render.Options
	// Renders is the number of renders that run at one time, those included that nobody waits for any more.
	Renders int
	// Values is where live values come from besides files; nil is nowhere.
	Values Values
	// Clock tells the time for the phases; nil is a clock that stands still.
	Clock func() time.Time
}

// Renderer renders applications.
type Renderer struct {
	engine *render.Engine
	o      Options
}

// New makes a renderer. An error is a defect of this program.
func New(o Options) (*Renderer, error) {
	engine, err := render.NewEngine()
	if err != nil {
		return nil, err
	}
	return &Renderer{engine: engine, o: o}, nil
}

var errUnfinished = errors.New("not there yet")

// Generate renders an application. When the context ends first the error is a [*DeadlineError].
func (r *Renderer) Generate(_ context.Context, _ Request) (*Answer, error) { return nil, errUnfinished }

// Announce lists the parameters of an application.
func (r *Renderer) Announce(_ context.Context, _ Request) ([]*plugin.ParameterAnnouncement, error) {
	return nil, errUnfinished
}

// Discover reports that there is an RGD, or an instance of a known RGD, under the path.
func (r *Renderer) Discover(_ context.Context, _ Request) (bool, error) { return false, errUnfinished }
