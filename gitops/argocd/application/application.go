package application

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"time"

	"k8s.io/apimachinery/pkg/types"

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
	// Files that have a method Digest() string are known by what it answers instead.
	Digest string
	// Path is the application's directory in Files, "." for all of it.
	Path string
	// Env is the environment that Argo CD sends.
	Env map[string]string
}

// named is the request with the digest that its files have of themselves, if any. That of an upload stands for more than can be
// read: archives of one commit differ by the state of the checkout, and what they render to does not.
func (q Request) named() Request {
	if files, ok := q.Files.(interface{ Digest() string }); ok {
		q.Digest = files.Digest()
	}
	return q
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
	// Address is Node with the position of the item behind each nested collection on the way: see [eval.Held].
	Address string
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

// Values is where live values come from besides files: the Observations of a cluster. An application that has one delivers the
// Observations of its instances, and what is held is left out unless it was delivered before.
type Values interface {
	// Observed is what is known of an application, by the name that Argo CD gives it. An error fails the render.
	Observed(ctx context.Context, application string) (Snapshot, error)
	// Current is the same when these Observations are known as they are at this moment. Each time something is held it is asked first, since
	// what was delivered a moment ago must not be taken for new.
	Current(ctx context.Context, application string, observations []types.NamespacedName) (Snapshot, error)
}

// Snapshot is what is known of the cluster at one time. It is immutable.
type Snapshot struct {
	// Version stands for the content: equal versions are equal snapshots. Answers from a snapshot without a version are not
	// kept.
	Version string
	// Objects are live objects. They outrank those in files. Nil when there are none.
	Objects eval.Observed
	// Delivered are the addresses of the resources that were delivered, each item of a collection with its position, by the
	// id of their instance: see [Held]. What was delivered is never held away, whatever the parameters say.
	Delivered map[string][]string
}

// Options say what a renderer may use. A number that is 0 has the value of [DefaultOptions].
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

// DefaultOptions bound the memory of what is kept to 64 MiB, for a sidecar of a quarter of a gigabyte.
func DefaultOptions() Options {
	return Options{
		AnswerBytes: 16 << 20, ProgramBytes: 32 << 20, FileBytes: 16 << 20,
		Limits: input.DefaultLimits(), Renders: 32, Render: render.Options{Workers: 1},
	}
}

// Renderer renders applications. It is safe for concurrent use.
type Renderer struct {
	engine   *render.Engine
	o        Options
	slots    chan struct{} // one for each render that runs
	answers  *cache[outcome]
	programs *cache[compiled]
	parts    *cache[part]
}

// New makes a renderer. An error is a defect of this program.
func New(o Options) (*Renderer, error) {
	engine, err := render.NewEngine()
	if err != nil {
		return nil, fmt.Errorf("make the engine: %w", err)
	}
	return newRenderer(engine, o), nil
}

func newRenderer(engine *render.Engine, o Options) *Renderer {
	otherwise := DefaultOptions()
	if o.Clock == nil {
		o.Clock = func() time.Time { return time.Time{} }
	}
	return &Renderer{
		engine:   engine,
		o:        o,
		slots:    make(chan struct{}, max(1, cmp.Or(o.Renders, otherwise.Renders))),
		answers:  newCache[outcome](cmp.Or(o.AnswerBytes, otherwise.AnswerBytes)),
		programs: newCache[compiled](cmp.Or(o.ProgramBytes, otherwise.ProgramBytes)),
		parts:    newCache[part](cmp.Or(o.FileBytes, otherwise.FileBytes)),
	}
}

// Kept is the memory that the caches take, as they reckon it: answers, compiled RGDs and parsed files.
func (r *Renderer) Kept() (answers, programs, files int64) {
	return r.answers.size(), r.programs.size(), r.parts.size()
}
